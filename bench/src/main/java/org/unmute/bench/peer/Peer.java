package org.unmute.bench.peer;

/**
 * An engine to time: a peer, or this engine in the same role. It runs in its own process with a fixed number of
 * threads, reads the same input files as all others, and writes its outputs before it is timed.
 */
public interface Peer extends AutoCloseable {
    /** Name, version and the library used for multiplication, for the table. */
    String describe();

    /**
     * Prepares a case: reads inputs and weights, and does all one-time work.
     *
     * @return the call to time
     * @throws PeerException if the case is not supported, with the reason
     * @throws Exception if the preparation fails
     */
    Call prepare(CaseFolder folder) throws Exception;

    @Override
    default void close() {}

    /** A call to time. */
    interface Call extends AutoCloseable {
        /** Computes results in memory from inputs in memory. */
        void run() throws Exception;

        /** Writes the outputs of the last {@link #run} to the case's folder. */
        void show(CaseFolder folder) throws Exception;

        /** Peak bytes of tensors during a run, without inputs and parameters; -1 if not counted. */
        default long tensorBytes() {
            return -1;
        }

        @Override
        default void close() {}
    }
}
