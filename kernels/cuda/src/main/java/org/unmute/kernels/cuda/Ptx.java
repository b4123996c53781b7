package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/** The kernels as PTX, an assembly language that the driver compiles for the GPU at hand; one gzip file per family. */
final class Ptx {
    private Ptx() {}

    /** A family's PTX. */
    static String text(String family) {
        try (InputStream in = Ptx.class.getResourceAsStream(family + ".ptx.gz")) {
            if (in == null) {
                throw new IllegalStateException(
                        "cuda: " + family + ".ptx.gz is missing in this build: run kernels/cuda/build-ptx");
            }
            return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
