package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.bench.peer.PeerException;

/**
 * A row of the table.
 *
 * @param id name for {@code --only} and goals
 * @param title for readers
 * @param threads threads of every engine
 * @param gflop GFLOP of a call, 0 if not meaningful; for matching by lookup tables, GFLOP of the product that they
 *     replace
 * @param gbytes GB that a call must read from memory, 0 if not meaningful
 * @param audioSeconds seconds of audio that a call processes, 0 if not meaningful
 * @param peers names of the peers
 * @param files writes inputs, weights and {@code case.json} into an empty folder
 * @param agreement condition that the outputs must satisfy before anything is timed
 * @param programs the process to time for each engine, in a row of whole processes; empty for calls within worker
 *     processes
 */
public record Row(
        String id,
        String title,
        int threads,
        double gflop,
        double gbytes,
        double audioSeconds,
        List<String> peers,
        CaseFiles files,
        Agreement agreement,
        Map<String, Program> programs) {
    /** Name of this engine among the peers. */
    public static final String OURS = "unmute";
    /** PyTorch through DJL, which runs TorchScript written by Python. */
    public static final String DJL = "pytorch";
    /** Debian's PyTorch in Python. */
    public static final String TORCH = "torch-debian";

    /** The peers that run whole networks. {@link #TORCHES} are those that also run a front end or a training. */
    static final List<String> NETWORK_PEERS = List.of("onnxruntime", DJL, TORCH);

    static final List<String> TORCHES = List.of(DJL, TORCH);

    /** A row of calls within worker processes. */
    public static Row of(
            String id,
            String title,
            int threads,
            double gflop,
            List<String> peers,
            CaseFiles files,
            Agreement agreement) {
        return new Row(id, title, threads, gflop, 0, 0, peers, files, agreement, Map.of());
    }

    /** This row with calls that read this many GB. */
    Row reading(double more) {
        return new Row(id, title, threads, gflop, more, audioSeconds, peers, files, agreement, programs);
    }

    /** Whether PyTorch needs a TorchScript file for the case, which is so for everything beyond a single product. */
    public boolean isScripted() {
        return peers.containsAll(TORCHES);
    }

    /** Title and threads. */
    public String describe() {
        return title + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    /** Writes a case. */
    @FunctionalInterface
    public interface CaseFiles {
        /** Writes the case into an empty folder. */
        void write(Path folder) throws IOException;
    }

    /** Compares the outputs of a peer with those of this engine. */
    @FunctionalInterface
    public interface Agreement {
        /**
         * @param folder of the case
         * @param ours folder with this engine's outputs
         * @param theirs folder with the peer's outputs
         * @throws PeerException if they differ, with the difference
         */
        void check(Path folder, Path ours, Path theirs) throws PeerException, IOException;
    }

    /** Requires each output to be within {@code tolerance} times its root mean square, and integers to be equal. */
    public static Agreement within(double tolerance) {
        return (_, ours, theirs) -> OutputComparison.check(ours, theirs, tolerance);
    }

    /**
     * A whole process that a row times.
     *
     * @param command of a process that writes into a new folder
     * @param outputs converts the process's results to comparable outputs
     */
    public record Program(Command command, Outputs outputs) {}

    /** A command line for a case. Elements that are not strings are converted with {@code toString}. */
    @FunctionalInterface
    public interface Command {
        /**
         * @param folder of the case
         * @param result folder that the process creates and writes to
         */
        List<?> of(Path folder, Path result);
    }

    /** Converts results to npy files. */
    @FunctionalInterface
    public interface Outputs {
        /**
         * @param result folder that the process wrote to
         * @param printed file with its standard output
         * @param to folder for npy files, which exists
         */
        void write(Path result, Path printed, Path to) throws IOException;
    }
}
