// What a single value must fulfil beyond its shape. Words of other modules are checked by those
// modules' own readers, so a value that passes here is one that they accept.
#pragma once

#include "definition.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imagined::config {

// Of a proxy: never one.
inline constexpr std::string_view no_proxy = "none";

constraint whole(std::int64_t least, std::int64_t most);
constraint size_within(std::int64_t least, std::int64_t most); // in bytes
constraint no_less(double least);
constraint no_shorter(milliseconds least);
constraint some_durations();
constraint one_of(std::vector<std::string> allowed);
constraint not_empty();
constraint no_empty(); // of a list: no element is empty

constraint listen_address();
constraint base_url_or_empty();
constraint http_url_or_empty();
constraint origins();
constraint redis_url_or_empty();
constraint redis_prefix();
constraint egress_rules();
constraint signing_secrets();
constraint signing_key_or_empty();
constraint readable_file_or_empty();
constraint proxy_or_none_or_empty();

constraint plain_name();
constraint plain_name_or_empty();
constraint caller_key();
constraint rate_or_empty();
constraint date_or_empty();
constraint auth_or_empty();
constraint path_or_empty();
constraint sent_words();
constraint model_name();
constraint model_names();
constraint version_models();
constraint operation_names();
constraint price_names();

} // namespace imagined::config
