package org.unmute.bench.gpu;

import java.util.Map;

/** Something that is timed, with its inputs in the device's memory. */
interface Work extends AutoCloseable {
    /** Does it once; may return before the device is done. */
    void run();

    /** Does it once, or a few times, and gives what came out. Called before the work is timed. */
    Map<String, float[]> results();

    /** Releases the memory. */
    @Override
    void close();
}
