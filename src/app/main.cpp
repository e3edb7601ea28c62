#include "imagined/app/application.hpp"

int main(int argc, char** argv) {
    return imagined::app::run(argc, argv);
}
