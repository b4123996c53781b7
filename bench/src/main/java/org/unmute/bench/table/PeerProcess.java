package org.unmute.bench.table;

import java.nio.file.Path;
import org.unmute.bench.peer.PeerException;

/** A peer, or this engine, in its own process. */
public interface PeerProcess extends AutoCloseable {
    /** The name for {@code --peers}. */
    String name();

    /** Name and version, for the table. */
    String label();

    /** Prepares a case, runs it once and writes the outputs. Returns memory before the run. */
    Memory prepare(Path folder) throws PeerException;

    /**
     * Runs the case repeatedly.
     *
     * @param maxCalls max number of calls
     * @param seconds after which no further call starts; the first always does
     * @return milliseconds of every call
     */
    double[] time(int maxCalls, double seconds) throws PeerException;

    /** Peak resident bytes since the case was prepared; -1 if unknown. */
    long peakBytes();

    /** Releases the case. */
    void release() throws PeerException;

    @Override
    void close();

    /**
     * Memory of a prepared peer.
     *
     * @param tensorBytes peak bytes of tensors during a call, -1 if not counted
     * @param residentBytes resident bytes with inputs and weights loaded, -1 if unknown
     */
    record Memory(long tensorBytes, long residentBytes) {}
}
