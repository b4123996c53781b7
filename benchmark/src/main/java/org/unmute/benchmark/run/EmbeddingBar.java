package org.unmute.benchmark.run;

import org.unmute.probes.cache.Embedding;

/** Shows the progress of an embedding. Thread-safe. */
public interface EmbeddingBar extends Embedding.Listener, AutoCloseable {
    /** Ends the display. */
    @Override
    void close();
}
