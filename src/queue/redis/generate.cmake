# Makes one library of the Lua texts, and the C++ that calls it, by the schema: in OUT, library.lua,
# functions.hpp and functions.cpp. LIB and OPERATIONS name the texts.
cmake_minimum_required(VERSION 3.25)

set(lua_fields "") # the tables of fields
set(cpp_fields "")
set(fields "") # the hash whose fields are being read
set(lua_each "")
set(structs "")
set(bodies "")
set(members "")
set(table "")
set(functions "")

# One after the other: a function begins, its arguments follow, end_function() writes it down.
macro(begin_function line)
    string(REGEX MATCH "^function ([a-z_]+) (writes|reads)( batch)?$" found "${line}")
    if(NOT found)
        message(FATAL_ERROR "schema: ${line}")
    endif()
    set(name ${CMAKE_MATCH_1})
    set(mode ${CMAKE_MATCH_2})
    set(batch "${CMAKE_MATCH_3}")
    set(head "")
    set(set_name "")
    set(set_args "")
    set(declared "")
    set(pushed "")
    set(set_declared "")
    set(set_pushed "")
    set(in_function TRUE)
endmacro()

function(push_of type text out)
    if(type STREQUAL "text")
        set(push "std::move(${text})")
    elseif(type STREQUAL "number")
        set(push "std::to_string(${text})")
    elseif(type STREQUAL "flag")
        set(push "std::string(${text} ? \"1\" : \"0\")")
    else()
        message(FATAL_ERROR "schema: ${type} ${text}")
    endif()
    set(${out} "values.push_back(${push})" PARENT_SCOPE)
endfunction()

macro(add_argument type argument)
    set(cpp_text std::string)
    set(cpp_number std::int64_t)
    set(cpp_flag bool)
    if("${type}" STREQUAL "each")
        set(set_name ${argument})
    elseif("${type}" STREQUAL "list")
        string(APPEND declared "    redis::arguments ${argument};\n")
        string(APPEND pushed
            "    std::move(${argument}.begin(), ${argument}.end(), std::back_inserter(values));\n")
        list(LENGTH head count)
        math(EXPR first "${count} + 3")
        string(APPEND lua_each "first_of.${name} = ${first}\n")
    elseif(set_name)
        list(APPEND set_args ${argument})
        push_of(${type} one.${argument} push)
        string(APPEND set_declared "        ${cpp_${type}} ${argument};\n")
        string(APPEND set_pushed "        ${push};\n")
    else()
        list(APPEND head ${argument})
        push_of(${type} ${argument} push)
        string(APPEND declared "    ${cpp_${type}} ${argument};\n")
        string(APPEND pushed "    ${push};\n")
    endif()
endmacro()

# The texts "values[3], values[4]" for `count` arguments from `from` on, after `at`.
function(values_from from count at out)
    set(listed "")
    if(count GREATER 0)
        math(EXPR last "${from} + ${count} - 1")
        foreach(i RANGE ${from} ${last})
            if(at AND i EQUAL 0)
                list(APPEND listed "values[at]")
            else()
                list(APPEND listed "values[${at}${i}]")
            endif()
        endforeach()
    endif()
    list(JOIN listed ", " joined)
    set(${out} "${joined}" PARENT_SCOPE)
endfunction()

macro(end_function)
    list(LENGTH head count)
    set(prelude "")
    if(batch)
        values_from(0 ${count} "at + " each)
        string(APPEND lua_each "function each.${name}(verb)\n    local verdicts = {}\n")
        string(APPEND lua_each "    for at = 3, #values, ${count} do\n")
        string(APPEND lua_each "        verdicts[#verdicts + 1] = verb(${each})\n")
        string(APPEND lua_each "    end\n    return verdicts\nend\n")
        string(APPEND lua_each "width_of.${name}, first_of.${name} = ${count}, 3\n")
    elseif(count GREATER 0)
        values_from(3 ${count} "" read)
        list(JOIN head ", " names)
        set(prelude "local ${names} = ${read}\n")
    endif()
    if(set_name)
        math(EXPR first "${count} + 3")
        list(LENGTH set_args width)
        values_from(0 ${width} "at + " each)
        string(APPEND lua_each "function each.${name}(verb)\n")
        string(APPEND lua_each "    for at = ${first}, #values, ${width} do\n")
        string(APPEND lua_each "        verb(${each})\n    end\nend\n")
        string(APPEND declared "    struct ${set_name} {\n${set_declared}    };\n")
        string(APPEND declared "    std::vector<${set_name}> each_${set_name};\n")
        string(APPEND pushed "    for (auto& one : each_${set_name}) {\n${set_pushed}    }\n")
    endif()
    if(declared)
        string(APPEND structs "struct ${name}_arguments {\n${declared}\n")
        string(APPEND structs "    redis::arguments values() &&;\n};\n\n")
        string(APPEND bodies "redis::arguments ${name}_arguments::values() && {\n")
        string(APPEND bodies "    redis::arguments values;\n    values.reserve(${count});\n")
        string(APPEND bodies "${pushed}    return values;\n}\n\n")
    endif()
    if(mode STREQUAL "writes")
        set(flags "{}")
        set(guarded true)
    else()
        # Goes on while Redis cannot write: out of memory, its disk full, read-only.
        set(flags "{'no-writes'}")
        set(guarded false)
    endif()
    string(APPEND members "    redis::function ${name};\n")
    string(APPEND table "    {\"${name}\", &function_set::${name}},\n")
    list(APPEND functions ${name})
    set(before_${name}
        "redis.register_function{function_name = library .. '_${name}', flags = ${flags},
callback = function(given_keys, given_values)
do
    local refused = start(given_keys, given_values, ${guarded})
    if refused then return refused end
end
${prelude}")
    set(in_function FALSE)
endmacro()

file(STRINGS ${SCHEMA} lines)
list(APPEND lines "end")
set(in_function FALSE)
foreach(line IN LISTS lines)
    if(line MATCHES "^ *#")
        continue()
    endif()
    if(line MATCHES "^[a-z]" AND in_function)
        end_function()
    endif()
    if(line MATCHES "^[a-z]" AND fields)
        string(APPEND lua_fields "}\n")
        if(named)
            string(APPEND lua_fields "local ${fields}_names = {\n${lua_names}}\n")
        endif()
        string(APPEND cpp_fields "} // namespace ${fields}\n\n")
        set(fields "")
    endif()
    if(line MATCHES "^fields ([a-z]+)( named)?$")
        set(fields ${CMAKE_MATCH_1}_field)
        set(named "${CMAKE_MATCH_2}")
        set(lua_names "")
        string(APPEND lua_fields "local ${fields} = {\n")
        string(APPEND cpp_fields "namespace ${fields} {\n")
    elseif(line MATCHES "^function ")
        begin_function("${line}")
    elseif(line MATCHES "^    ([a-z_]+) ([a-z_]+)")
        set(first_word ${CMAKE_MATCH_1})
        set(second_word ${CMAKE_MATCH_2})
        if(fields)
            string(APPEND lua_fields "    ${first_word} = '${second_word}',\n")
            string(APPEND lua_names "    ${second_word} = '${first_word}',\n")
            string(APPEND cpp_fields
                "inline constexpr std::string_view ${first_word} = \"${second_word}\";\n")
        else()
            add_argument(${first_word} ${second_word})
        endif()
    endif()
endforeach()

# -- The library
set(library_start "local values -- of this call, as they were sent
${lua_fields}local each, width_of, first_of = {}, {}, {}
${lua_each}
")
set(parts "R\"lua(${library_start})lua\",\n")
file(WRITE ${OUT}/library.lua "local library = ''\n${library_start}")
list(SORT LIB)
foreach(path IN LISTS LIB)
    file(READ ${path} content)
    string(APPEND parts "R\"lua(${content}\n)lua\",\n")
    file(APPEND ${OUT}/library.lua "${content}\n")
endforeach()
foreach(path IN LISTS OPERATIONS)
    get_filename_component(name ${path} NAME_WE)
    if(NOT name IN_LIST functions)
        message(FATAL_ERROR "${name}.lua has no arguments in the schema")
    endif()
    list(REMOVE_ITEM functions ${name})
    file(READ ${path} content)
    set(text "${before_${name}}${content}end}\n")
    string(APPEND parts "R\"lua(${text})lua\",\n")
    file(APPEND ${OUT}/library.lua "${text}")
endforeach()
if(functions)
    message(FATAL_ERROR "the schema names functions without a file: ${functions}")
endif()

# -- The C++
set(made "// Generated from src/queue/redis/schema.\n")
file(WRITE ${OUT}/functions.hpp "${made}#pragma once

#include \"imagined/redis/client.hpp\"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imagined::queue {

// How the fields of hashes are stored.
${cpp_fields}${structs}struct function_set {
${members}};

extern const std::vector<std::string_view> library_parts;
extern const std::vector<std::pair<std::string_view, redis::function function_set::*>> function_names;

} // namespace imagined::queue
")
file(WRITE ${OUT}/functions.cpp "${made}#include \"functions.hpp\"

#include <algorithm>
#include <iterator>

namespace imagined::queue {

${bodies}const std::vector<std::string_view> library_parts{
${parts}};

const std::vector<std::pair<std::string_view, redis::function function_set::*>> function_names{
${table}};

} // namespace imagined::queue
")
