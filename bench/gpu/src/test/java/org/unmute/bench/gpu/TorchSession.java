package org.unmute.bench.gpu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.peer.LineProcess;
import org.unmute.bench.peer.PeerException;

/**
 * PyTorch for many rows ({@code torch/worker.py}): started once, and again after a row that it did not survive. It does
 * the same work as the device, in eager mode or compiled.
 */
final class TorchSession implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 300;
    /** Seconds in which a row must be compiled; EAT-base takes about a minute. */
    private static final double COMPILE_SECONDS = 150;
    /** With fewer seconds left nothing is compiled. */
    private static final double MIN_COMPILE_SECONDS = 30;

    /** How PyTorch takes part. */
    enum Way {
        /** Not at all. */
        NONE,
        /** Without torch.compile. */
        EAGER,
        /** With and without torch.compile. */
        COMPILED
    }

    private final Way way;
    private final List<String> command;
    private final Path folder = Path.of(System.getProperty(StepWorker.FOLDER));
    private final DoubleSupplier secondsLeft;
    private LineProcess process;
    private String problem = "";

    /**
     * @param command the interpreter, {@code worker.py}, and the device as PyTorch names it: {@code cuda:0}, {@code cpu}
     * @param secondsLeft until the check must end
     */
    TorchSession(Way way, List<String> command, DoubleSupplier secondsLeft) {
        this.way = way;
        this.command = command;
        this.secondsLeft = secondsLeft;
    }

    private LineProcess start() throws PeerException {
        return new LineProcess(command, Map.of(), "@check ", folder.resolve("torch.log"), TIMEOUT_SECONDS);
    }

    /** Starts PyTorch and says how it takes part. */
    String open() {
        if (way == Way.NONE) {
            return "PyTorch: not asked for; results are compared with the CPU's";
        }
        try {
            process = start();
            return process.label() + (way == Way.EAGER ? "; torch.compile was not asked for" : "");
        } catch (PeerException e) {
            problem = e.getMessage();
            return "PyTorch: not compared: " + problem + "; results are compared with the CPU's";
        }
    }

    /** Whether rows are compared with PyTorch. */
    boolean isWanted() {
        return way != Way.NONE && problem.isEmpty();
    }

    /** Whether rows are compiled, too. */
    boolean compiles() {
        return way == Way.COMPILED;
    }

    /** The results of a row in eager mode. */
    Map<String, float[]> prepare(Case c) throws PeerException {
        if (!process.isAlive()) {
            process = start();
        }
        return read("eager", process.ask("prepare " + folder + " " + c.order(), "prepared"));
    }

    /** The compiled row's results. Afterwards eager mode can be timed, whether that worked or not. */
    Map<String, float[]> compile(Case c) throws PeerException {
        double seconds = Math.min(COMPILE_SECONDS, secondsLeft.getAsDouble() - MIN_COMPILE_SECONDS);
        if (seconds < MIN_COMPILE_SECONDS) {
            throw new PeerException("no time left for it");
        }
        try {
            return read("compiled", process.ask("compile " + folder, "compiled", seconds));
        } catch (PeerException e) {
            if (!process.isAlive()) {
                prepare(c);
            }
            throw e;
        }
    }

    /** Nanoseconds of {@code count} runs. */
    long time(boolean compiled, int count) throws PeerException {
        return Long.parseLong(process.ask("time " + (compiled ? "compiled " : "eager ") + count, "timed"));
    }

    /** Releases the row's memory. */
    void release() {
        try {
            if (process != null && process.isAlive()) {
                process.ask("release", "released");
            }
        } catch (PeerException e) {
            System.err.println("PyTorch: " + e.getMessage());
        }
    }

    private Map<String, float[]> read(String mode, String names) throws PeerException {
        Map<String, float[]> results = new LinkedHashMap<>();
        for (String name : names.split(" ")) {
            try {
                byte[] bytes = Files.readAllBytes(folder.resolve(mode + "." + name));
                float[] x = new float[bytes.length / Float.BYTES];
                ByteBuffer.wrap(bytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(x);
                results.put(name, x);
            } catch (IOException e) {
                throw new PeerException("its result " + name + " cannot be read: " + e.getMessage(), e);
            }
        }
        return results;
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
