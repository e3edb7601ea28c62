// What imageUrl shows: the grid of several pictures, or the single one. Here it comes to light that
// a picture is damaged, because all of a grid are decoded; the others are numbered anew then, so
// that the second picture of a task is the second one that it has.
#pragma once

#include "task_machine.hpp"

#include "imagined/store/image_store.hpp"
#include "imagined/task/submission.hpp"
#include "imagined/task/view.hpp"

#include <string>
#include <vector>

namespace imagined::worker {

// The failure tells of what is in a picture, not of the disk.
bool is_about_pictures(const failure& why);

// Midjourney shows grids of everything but what was enlarged; its buttons are those of a grid.
bool shows_grid(const task::submission& submission);

// Of more than four pictures no grid is drawn: the task shows the first.
bool draws_grid(const task::submission& submission);

// A stored picture as the task shows it.
task::picture described(int n, const store::stored_picture& stored);

struct wanted_view {
    std::string id;
    std::vector<int> numbers = {};       // of the pictures that there are, ascending
    std::vector<std::string> bytes = {}; // of each; "" where it is to be read
    int listed = 0;                      // how many there were to be
    bool grid = false;
    bool tidy = false; // numbers without gaps are wanted
    store::picture_format format = store::picture_format::jpeg;
};

// Stores picture 0 of the task. Blocks on the disk. Fails with `corrupt` when no picture can be
// decoded, else as the store does.
events::shown make_shown(store::image_store& images, wanted_view wanted);

} // namespace imagined::worker
