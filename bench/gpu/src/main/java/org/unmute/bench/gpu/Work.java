package org.unmute.bench.gpu;

import java.util.Map;

/** Work to time, with its inputs in device memory. */
interface Work extends AutoCloseable {
    /** Runs once; may return before the device is done. */
    void run();

    /** Runs once or a few times and returns the results. Called before the work is timed. */
    Map<String, float[]> results();

    /** Releases the memory. */
    @Override
    void close();
}
