// The documents that the simulated upstreams hold their callers to: the very tables that backend
// writes its calls by, so that what is sent and what is accepted cannot differ.
#pragma once

#include "imagined/backend/form.hpp"
#include "imagined/backend/form_dialect.hpp"
#include "imagined/backend/picture_facts.hpp"
#include "imagined/backend/submitted_value.hpp"

namespace imagined::sandbox {

using backend::envelope;
using backend::field;
using backend::form;
using backend::form_dialect;
using backend::form_field;
using backend::is_file;
using backend::picture_type;
using backend::pixel_size;
using backend::size_of_picture;
using backend::submitted_value;

} // namespace imagined::sandbox
