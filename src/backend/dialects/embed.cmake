# cmake -DFILES=<toml;…> -DOUT=<cpp> -P embed.cmake: the texts as an array of name and text.
set(code "#include \"shipped.hpp\"\n\nnamespace imagined::backend {\n\n")
string(APPEND code "const std::array<std::pair<std::string_view, std::string_view>, shipped_count> "
    "shipped_texts{{\n")
foreach(file IN LISTS FILES)
    cmake_path(GET file STEM name)
    file(READ "${file}" text)
    string(APPEND code "{\"${name}\", R\"toml(${text})toml\"},\n")
endforeach()
string(APPEND code "}};\n\n} // namespace imagined::backend\n")
file(WRITE "${OUT}" "${code}")
