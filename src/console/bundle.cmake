# Installs the pinned packages into TOOLS once, bundles WEB with them and writes OUT, a C++ file with
# the pages. Where npm's registry is out of reach the daemon is built without its console, loudly,
# and the next build tries again.
set(stamp ${TOOLS}/installed.json)
file(MAKE_DIRECTORY ${TOOLS})
file(READ ${WEB}/package-lock.json wanted)
set(present "")
if(EXISTS ${stamp})
    file(READ ${stamp} present)
endif()
set(failed 0)
if(NOT wanted STREQUAL present)
    file(COPY ${WEB}/package.json ${WEB}/package-lock.json ${WEB}/.npmrc DESTINATION ${TOOLS})
    execute_process(
        COMMAND ${NPM} ci --prefer-offline --ignore-scripts
        WORKING_DIRECTORY ${TOOLS} RESULT_VARIABLE failed OUTPUT_VARIABLE told ERROR_VARIABLE told)
    if(failed EQUAL 0)
        file(WRITE ${stamp} "${wanted}")
    endif()
endif()
if(NOT failed EQUAL 0)
    message(WARNING "built without the console: npm could not install its packages\n${told}")
    configure_file(${CMAKE_CURRENT_LIST_DIR}/no_pages.cpp.in ${OUT} COPYONLY)
    execute_process(COMMAND touch -d @0 ${OUT})
    return()
endif()
execute_process(
    COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${TOOLS}/node_modules
        ${NODE} ${WEB}/build.cjs ${TOOLS} ${OUT}
    RESULT_VARIABLE failed)
if(NOT failed EQUAL 0)
    message(FATAL_ERROR "the console could not be bundled")
endif()
