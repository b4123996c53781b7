package org.unmute.bench.gpu;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** NVIDIA's compute-sanitizer, which the CUDA toolkit brings. */
final class Sanitizer {
    /** Exit status by which it says that it found something. */
    static final int FOUND = 99;

    private static final String COMMAND = "compute-sanitizer";

    /** Its tools, the most useful first. */
    enum Tool {
        /** Reads and writes out of bounds, misaligned ones, leaks. */
        MEMCHECK("no access out of bounds and none misaligned"),
        /** Two items use shared memory without a barrier between them. */
        RACECHECK("no race in shared memory: no barrier is missing"),
        /** Barriers that not all items reach. */
        SYNCCHECK("every item of a group or warp reaches its barriers"),
        /** Reads of memory that nobody has written. */
        INITCHECK("no read of memory that was not written");

        private final String finds;

        Tool(String finds) {
            this.finds = finds;
        }

        /** Its name on the command line. */
        String command() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** What a pass means. */
        String finds() {
            return finds;
        }
    }

    private Sanitizer() {}

    /**
     * The program.
     *
     * @param wanted a path; empty to look on the PATH and where the toolkit is installed
     */
    static Optional<Path> find(String wanted) {
        if (!wanted.isEmpty()) {
            return Optional.of(Path.of(wanted)).filter(Files::isExecutable);
        }
        List<Path> places = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            places.add(Path.of(folder, COMMAND));
        }
        Stream.of("/usr/local/cuda", "/opt/cuda", "/usr/lib/nvidia-cuda-toolkit")
                .flatMap(f -> Stream.of(f + "/bin/" + COMMAND, f + "/compute-sanitizer/" + COMMAND))
                .map(Path::of)
                .forEach(places::add);
        return places.stream().filter(Files::isExecutable).findFirst();
    }

    /** What comes before a command that it watches; its findings go to the command's standard output. */
    static List<String> before(Path program, Tool tool) {
        List<String> words = new ArrayList<>(List.of(
                program.toString(),
                "--tool",
                tool.command(),
                "--target-processes",
                "all",
                "--error-exitcode",
                Integer.toString(FOUND),
                "--print-limit",
                "20"));
        if (tool == Tool.MEMCHECK) {
            // Memory that is pooled until the process ends is no leak.
            words.addAll(List.of("--leak-check", "no"));
        }
        return words;
    }
}
