#include "imagined/task/job_id.hpp"

#include <doctest/doctest.h>

using namespace imagined::task;

namespace {

const std::string job_task_id = "1795179590377000";

} // namespace

TEST_CASE("a job id is a UUID of version 8 that leads back to its task") {
    const std::string job = job_id_of(job_task_id);
    REQUIRE(job.size() == 36);
    for (const std::size_t at : {8, 13, 18, 23}) {
        CHECK(job[at] == '-');
    }
    CHECK(job[14] == '8');
    CHECK(job[19] == '8');
    CHECK(task_of_job(job) == job_task_id);
    CHECK(job_id_of("1795179590377001") != job);
    CHECK(job_id_of(job_task_id) == job);
}

TEST_CASE("a job id is found wherever it stands, in either case") {
    const std::string job = job_id_of(job_task_id);
    std::string upper = job;
    for (char& c : upper) {
        c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    CHECK(task_of_job("MJ::JOB::reroll::0::" + job + "::SOLO") == job_task_id);
    CHECK(task_of_job("https://cdn.example/" + upper + "/0_1.webp") == job_task_id);
    CHECK(task_of_job("0b7c1f5e-7a11-4c11-8f11-0123456789ab " + job) == job_task_id);
}

TEST_CASE("what is not one of our job ids names no task") {
    std::string job = job_id_of(job_task_id);
    CHECK(!task_of_job(""));
    CHECK(!task_of_job(job_task_id));
    CHECK(!task_of_job(job.substr(1)));
    CHECK(!task_of_job("0b7c1f5e-7a11-4c11-8f11-0123456789ab"));
    job.back() = job.back() == '0' ? '1' : '0';
    CHECK(!task_of_job(job));
    CHECK(holds_uuid(job));
    CHECK(!holds_uuid("0b7c1f5e-7a11-4c11-8f11-0123456789a"));
}
