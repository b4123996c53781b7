package org.unmute.data.scene;

import java.io.IOException;

/** Reads the samples of a recording on demand. */
@FunctionalInterface
public interface Samples {
    /** The samples, at the sample rate of the mix. */
    float[] read() throws IOException;
}
