package org.unmute.bench.table;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.unmute.bench.peer.WorkerMain;

/**
 * Who can take part, and how each is started: a Java process with its own libraries, or Debian's Python with PyTorch.
 */
final class Peers {
    /** Debian's PyTorch in Python. */
    static final String TORCH = "torch-debian";
    /** PyTorch through DJL, which takes TorchScript that Python writes. */
    static final String DJL = "pytorch";

    private static final double PATIENCE_SECONDS = 600;
    private static final double PYTHON_PROBE_SECONDS = 60;
    /** Classes by name, in the order of the table's columns. */
    private static final Map<String, String> JAVA = new LinkedHashMap<>();

    static {
        JAVA.put(RowResult.OURS, "org.unmute.bench.own.Unmute");
        JAVA.put("onnxruntime", "org.unmute.bench.peers.OnnxRuntime");
        JAVA.put(DJL, "org.unmute.bench.peers.PyTorch");
        JAVA.put(TORCH, "");
        JAVA.put("mkl", "org.unmute.bench.peers.Mkl");
        JAVA.put("openblas", "org.unmute.bench.peers.OpenBlas");
        JAVA.put("netlib", "org.unmute.bench.peers.Netlib");
        JAVA.put("ejml", "org.unmute.bench.peer.Ejml");
    }

    private final Path root;
    private final Path work;
    private final String buildProblem;
    private Path python;
    private String pythonProblem;

    /**
     * @param root of the repository, with what was built below it
     * @param work folder for logs and unpacked natives
     * @param buildProblem why the peers' libraries are not here; empty if they are
     */
    Peers(Path root, Path work, String buildProblem) {
        this.root = root;
        this.work = work;
        this.buildProblem = buildProblem;
    }

    /** All names, ours first. */
    static List<String> names() {
        return List.copyOf(JAVA.keySet());
    }

    /** Starts one. */
    Worker open(String name, int threads) throws ContestantException {
        Path log = work.resolve("log").resolve(name + "-" + threads + ".log");
        if (name.equals(TORCH)) {
            return Worker.start(
                    name,
                    List.of(python().toString(), script().toString(), "serve", Integer.toString(threads)),
                    pythonEnvironment(threads),
                    log,
                    PATIENCE_SECONDS);
        }
        String type = JAVA.get(name);
        if (type.contains(".peers.") && !Files.isDirectory(root.resolve("bench/peers/target/lib"))) {
            throw new ContestantException(
                    buildProblem.isEmpty() ? "its libraries were not built (--peers)" : buildProblem);
        }
        List<String> command = new ArrayList<>(List.of(
                java(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dbench.natives=" + natives()));
        if (name.equals(RowResult.OURS)) {
            command.addAll(
                    List.of(System.getProperty("unmute.bench.jvm", "").strip().split("\\s+")));
            command.removeIf(String::isEmpty);
        }
        command.addAll(List.of("-cp", classPath(), WorkerMain.class.getName(), name, type, Integer.toString(threads)));
        return Worker.start(name, command, environment(threads), log, PATIENCE_SECONDS);
    }

    /** A contestant in a row of whole processes. */
    Contestant program(String name, Row row) throws ContestantException {
        Program.Task task = row.programs().get(name);
        if (!name.equals(TORCH)) {
            return new Program(
                    name,
                    "unmute, " + root.resolve("unmute").getFileName() + " as users start it",
                    task,
                    Map.of(),
                    PATIENCE_SECONDS);
        }
        String python = python().toString();
        Program.Command command =
                (folder, result) -> Stream.concat(Stream.of(python), task.command().of(folder, result).stream())
                        .toList();
        return new Program(
                name,
                "PyTorch in a Python process",
                new Program.Task(command, task.outputs()),
                pythonEnvironment(row.threads()),
                PATIENCE_SECONDS);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private Path natives() throws ContestantException {
        try {
            return Files.createDirectories(root.resolve("bench/peers/target/natives"));
        } catch (IOException e) {
            throw new ContestantException("no folder for natives: " + e.getMessage(), e);
        }
    }

    private String classPath() throws ContestantException {
        List<String> jars = new ArrayList<>();
        for (String lib : List.of("bench/target/lib", "bench/peers/target/lib")) {
            Path folder = root.resolve(lib);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.map(Path::toString)
                            .filter(f -> f.endsWith(".jar"))
                            .sorted()
                            .forEach(jars::add);
                } catch (IOException e) {
                    throw new ContestantException("cannot list " + folder, e);
                }
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    /**
     * Every library's own number of threads; waiting threads of OpenMP sleep soon, so that they do not disturb the next
     * in turn.
     */
    private static Map<String, String> environment(int threads) {
        String t = Integer.toString(threads);
        return Map.of("OMP_NUM_THREADS", t, "MKL_NUM_THREADS", t, "OPENBLAS_NUM_THREADS", t, "KMP_BLOCKTIME", "10");
    }

    /**
     * Debian's PyTorch calls an OpenBLAS with threads of its own beside OpenMP's; both pools together have as many as
     * allowed.
     */
    private static Map<String, String> pythonEnvironment(int threads) {
        return environment(threads);
    }

    private Path script() {
        return root.resolve("bench/peers/python/worker.py");
    }

    /** Writes {@code model.pt} beside a case, or {@code model.pt.missing} with the reason. */
    void writeScript(Path folder) throws IOException {
        String problem;
        try {
            Path log = Files.createDirectories(work.resolve("log")).resolve("export.log");
            Process process = new ProcessBuilder(python().toString(), script().toString(), "export", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor((long) PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                problem = "TorchScript was not written within " + Math.round(PATIENCE_SECONDS) + " s";
            } else if (process.exitValue() != 0) {
                List<String> lines = Files.readAllLines(log);
                problem = "TorchScript could not be written: " + (lines.isEmpty() ? "no message" : lines.getLast());
            } else {
                return;
            }
        } catch (ContestantException e) {
            problem = "its TorchScript is written by Debian's PyTorch: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        }
        Files.deleteIfExists(folder.resolve("model.pt"));
        Files.writeString(folder.resolve("model.pt.missing"), problem);
    }

    /** A Python that has PyTorch and torchaudio. */
    Path python() throws ContestantException {
        if (python == null && pythonProblem == null) {
            String asked = System.getenv("UNMUTE_BENCH_PYTHON");
            List<String> candidates = asked == null ? List.of("/usr/bin/python3", "python3") : List.of(asked);
            python = candidates.stream()
                    .filter(Peers::hasTorch)
                    .findFirst()
                    .map(Path::of)
                    .orElse(null);
            pythonProblem = python == null
                    ? "no PyTorch and torchaudio in " + String.join(" or ", candidates)
                            + ": apt-get install python3-torch python3-torchaudio, or set UNMUTE_BENCH_PYTHON"
                    : null;
        }
        if (python == null) {
            throw new ContestantException(pythonProblem);
        }
        return python;
    }

    private static boolean hasTorch(String python) {
        try {
            Process process = new ProcessBuilder(python, "-c", "import numpy, torch, torchaudio")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor((long) PYTHON_PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException e) {
            // There is no such program.
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
