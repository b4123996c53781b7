package org.unmute.bench.table;

import java.nio.file.Path;
import org.unmute.bench.peer.PeerException;

/** A peer, or this engine, in a process of its own. */
public interface PeerProcess extends AutoCloseable {
    /** As {@code --peers} takes it. */
    String name();

    /** Name and version, for the table. */
    String label();

    /** Prepares a case, runs it once and writes the outputs. @return memory before the run */
    Memory prepare(Path folder) throws PeerException;

    /**
     * Runs the case repeatedly.
     *
     * @param maxCalls number of calls at most
     * @param seconds after which no further call begins; the first always does
     * @return milliseconds of every call
     */
    double[] time(int maxCalls, double seconds) throws PeerException;

    /** Peak resident bytes since it was prepared; -1 if unknown. */
    long peakBytes();

    /** Releases the case. */
    void release() throws PeerException;

    @Override
    void close();

    /**
     * What it held when it was ready.
     *
     * @param tensorBytes most that its tensors took during a call, -1 if it does not count
     * @param residentBytes the process when inputs and weights were loaded, -1 if unknown
     */
    record Memory(long tensorBytes, long residentBytes) {
        static final Memory UNKNOWN = new Memory(-1, -1);
    }
}
