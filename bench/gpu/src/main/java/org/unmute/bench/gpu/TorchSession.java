package org.unmute.bench.gpu;

import java.util.Map;
import java.util.function.DoubleSupplier;
import org.unmute.bench.gpu.rows.Case;
import org.unmute.bench.peer.PeerException;

/** PyTorch for many rows: started once, and again after a row that it did not survive. */
final class TorchSession implements AutoCloseable {
    /** Seconds in which a row must be compiled; EAT-base takes about a minute. */
    private static final double COMPILE_SECONDS = 150;
    /** With fewer seconds left nothing is compiled. */
    private static final double MIN_COMPILE_SECONDS = 30;

    /** Starts a process. */
    interface Start {
        Torch start() throws PeerException;
    }

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
    private final Start start;
    private final DoubleSupplier secondsLeft;
    private Torch process;
    private String problem = "";

    /** @param secondsLeft until the check must end */
    TorchSession(Way way, Start start, DoubleSupplier secondsLeft) {
        this.way = way;
        this.start = start;
        this.secondsLeft = secondsLeft;
    }

    /** Starts PyTorch and says how it takes part. */
    String open() {
        if (way == Way.NONE) {
            return "PyTorch: not asked for; results are compared with the CPU's";
        }
        try {
            process = start.start();
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
            process = start.start();
        }
        return process.prepare(c);
    }

    /** The compiled row's results. Afterwards eager mode can be timed, whether that worked or not. */
    Map<String, float[]> compile(Case c) throws PeerException {
        double seconds = Math.min(COMPILE_SECONDS, secondsLeft.getAsDouble() - MIN_COMPILE_SECONDS);
        if (seconds < MIN_COMPILE_SECONDS) {
            throw new PeerException("no time left for it");
        }
        try {
            return process.compile(seconds);
        } catch (PeerException e) {
            if (!process.isAlive()) {
                prepare(c);
            }
            throw e;
        }
    }

    /** Nanoseconds of {@code count} runs. */
    long time(boolean compiled, int count) throws PeerException {
        return process.time(compiled, count);
    }

    /** Releases the row's memory. */
    void release() {
        try {
            if (process != null && process.isAlive()) {
                process.release();
            }
        } catch (PeerException e) {
            System.err.println("PyTorch: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
