package org.unmute.data.scene;

import java.io.IOException;

/** Reads the samples of a recording when they are needed. */
@FunctionalInterface
public interface Samples {
    /** The samples, at the sample rate of the mix. */
    float[] read() throws IOException;
}
