package org.unmute.bench.table;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;
import org.unmute.bench.peer.WorkerMain;
import org.unmute.bench.rows.Row;

/** The peers, and how each is started: as a Java process with its own libraries, or as Python with Debian's PyTorch. */
public final class Peers {
    private static final double TIMEOUT_SECONDS = 600;
    /** Prefix of the output of {@code blas.py} for a reference BLAS. */
    private static final String REFERENCE_BLAS = "reference BLAS";

    private static final Pattern CHOOSES_KERNELS =
            Pattern.compile("(?:OPENBLAS|GOTO|MKL|BLIS|DNNL|ONEDNN|ATEN|OMP|GOMP|KMP)_.+");

    private static final double PYTHON_PROBE_SECONDS = 60;
    /** Classes by name, in the order of the table's columns. */
    private static final Map<String, String> JAVA = new LinkedHashMap<>();

    static {
        JAVA.put(Row.OURS, "org.unmute.bench.own.Unmute");
        JAVA.put("onnxruntime", "org.unmute.bench.peers.OnnxRuntime");
        JAVA.put(Row.DJL, "org.unmute.bench.peers.PyTorch");
        JAVA.put(Row.TORCH, "");
        JAVA.put("mkl", "org.unmute.bench.peers.Mkl");
        JAVA.put("openblas", "org.unmute.bench.peers.OpenBlas");
    }

    private final Path root;
    private final Path work;
    private final String buildProblem;
    /** Null until the search. */
    private Optional<String> python;

    private String pythonBlas;

    /**
     * @param root of the repository, which has been built
     * @param work folder for logs and unpacked natives
     * @param buildProblem why the peers' libraries are missing; empty if they are present
     */
    Peers(Path root, Path work, String buildProblem) {
        this.root = root;
        this.work = work;
        this.buildProblem = buildProblem;
    }

    /** All names, this engine first. */
    static List<String> names() {
        return List.copyOf(JAVA.keySet());
    }

    /** Starts a peer. */
    Worker open(String name, int threads) throws PeerException {
        Path log = work.resolve("log").resolve(name + "-" + threads + ".log");
        List<String> command = name.equals(Row.TORCH)
                ? List.of(torch().toString(), script().toString(), "serve", Integer.toString(threads))
                : java(name, threads);
        return new Worker(name, command, environment(threads), log, TIMEOUT_SECONDS);
    }

    private List<String> java(String name, int threads) throws PeerException {
        String type = JAVA.get(name);
        if (type.contains(".peers.") && !Files.isDirectory(root.resolve("bench/peers/target/lib"))) {
            throw new PeerException(buildProblem.isEmpty() ? "its libraries were not built (--peers)" : buildProblem);
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
        command.add("-Dbench.natives=" + natives());
        if (name.equals(Row.OURS)) {
            command.addAll(
                    List.of(System.getProperty("unmute.bench.jvm", "").strip().split("\\s+")));
            command.removeIf(String::isEmpty);
        }
        command.addAll(List.of("-cp", classPath(), WorkerMain.class.getName()));
        command.addAll(List.of(name, type, Integer.toString(threads)));
        return command;
    }

    /** An engine in a row of whole processes. */
    PeerProcess program(String name, Row row) throws PeerException {
        Row.Program task = row.programs().get(name);
        if (!name.equals(Row.TORCH)) {
            String label = "unmute, " + root.resolve("unmute").getFileName() + " as users start it";
            return new Program(name, label, task, Map.of(), TIMEOUT_SECONDS);
        }
        Path python = torch();
        Row.Command command =
                (folder, result) -> Stream.concat(Stream.of(python), task.command().of(folder, result).stream())
                        .toList();
        Row.Program torch = new Row.Program(command, task.outputs());
        String label = "PyTorch in a Python process, " + pythonBlas;
        return new Program(name, label, torch, environment(row.threads()), TIMEOUT_SECONDS);
    }

    private Path natives() throws PeerException {
        try {
            return Files.createDirectories(root.resolve("bench/peers/target/natives"));
        } catch (IOException e) {
            throw new PeerException("no folder for natives: " + e.getMessage(), e);
        }
    }

    private String classPath() {
        return Stream.of("bench/target/lib", "bench/peers/target/lib")
                .map(root::resolve)
                .filter(Files::isDirectory)
                .map(folder -> folder.resolve("*").toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /**
     * Sets the number of threads of every library. Debian's PyTorch calls an OpenBLAS with its own thread pool, so the
     * number is set for it as well as for OpenMP. Idle OpenMP threads go to sleep soon, so that they do not disturb the
     * next engine.
     */
    private static Map<String, String> environment(int threads) {
        String t = Integer.toString(threads);
        Map<String, String> all = new LinkedHashMap<>();
        chosenKernels(System.getenv()).keySet().forEach(name -> all.put(name, null));
        all.putAll(
                Map.of("OMP_NUM_THREADS", t, "MKL_NUM_THREADS", t, "OPENBLAS_NUM_THREADS", t, "KMP_BLOCKTIME", "10"));
        return all;
    }

    /**
     * The variables of an environment by which a library takes other kernels, instructions or schedules than it would
     * choose itself, such as {@code OPENBLAS_CORETYPE}. Peers run without them, since slower kernels flatter us.
     */
    static SortedMap<String, String> chosenKernels(Map<String, String> environment) {
        SortedMap<String, String> found = new TreeMap<>(environment);
        found.keySet().removeIf(name -> !CHOOSES_KERNELS.matcher(name).matches());
        return found;
    }

    private Path script() {
        return root.resolve("bench/peers/python/worker.py");
    }

    /** Writes {@code model.pt} next to a case, or {@code model.pt.missing} with the reason. */
    void writeScript(Path folder) throws IOException {
        String problem;
        try {
            Path log = Files.createDirectories(work.resolve("log")).resolve("export.log");
            Process process = new ProcessBuilder(python().toString(), script().toString(), "export", folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor((long) TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                problem = "TorchScript was not written within " + Math.round(TIMEOUT_SECONDS) + " s";
            } else if (process.exitValue() != 0) {
                problem = "TorchScript could not be written: " + LineProcess.lastLines(log);
            } else {
                return;
            }
        } catch (PeerException e) {
            problem = "its TorchScript is written by Debian's PyTorch: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problem = "interrupted";
        }
        Files.deleteIfExists(folder.resolve("model.pt"));
        Files.writeString(folder.resolve("model.pt.missing"), problem);
    }

    /**
     * A Python whose PyTorch can be timed.
     *
     * @throws PeerException if there is none, or if it uses a reference BLAS, whose speed says nothing about PyTorch
     */
    private Path torch() throws PeerException {
        Path found = python();
        if (pythonBlas == null) {
            pythonBlas = output(found.toString(), script().toString(), "blas").orElse("BLAS unknown");
        }
        Optional<String> refusal = refusal(pythonBlas);
        if (refusal.isPresent()) {
            throw new PeerException(refusal.get());
        }
        return found;
    }

    /** A Python that has PyTorch and torchaudio. */
    private Path python() throws PeerException {
        String asked = System.getenv("UNMUTE_BENCH_PYTHON");
        List<String> candidates = asked == null ? List.of("/usr/bin/python3", "python3") : List.of(asked);
        if (python == null) {
            python = candidates.stream()
                    .filter(p -> output(p, "-c", "import numpy, torch, torchaudio; print('there')")
                            .isPresent())
                    .findFirst();
        }
        return Path.of(python.orElseThrow(() -> new PeerException("no PyTorch and torchaudio in "
                + String.join(" or ", candidates)
                + ": apt-get install python3-torch python3-torchaudio, or set UNMUTE_BENCH_PYTHON")));
    }

    /** Why a PyTorch with this BLAS is not timed; empty if it is timed. */
    static Optional<String> refusal(String blas) {
        return blas.startsWith(REFERENCE_BLAS)
                ? Optional.of("multiplies by the " + blas
                        + ", 20 times as slow as OpenBLAS: apt-get install libopenblas0-pthread")
                : Optional.empty();
    }

    /** The last line that a program prints; empty if it fails or prints nothing. */
    private static Optional<String> output(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor((long) PYTHON_PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            List<String> lines = process.inputReader().lines().toList();
            return process.exitValue() == 0 && !lines.isEmpty() ? Optional.of(lines.getLast()) : Optional.empty();
        } catch (IOException e) {
            // There is no such program.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
