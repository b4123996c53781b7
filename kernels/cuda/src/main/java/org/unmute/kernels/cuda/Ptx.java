package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernels as PTX, an assembly language that the driver turns into code for the card at hand. */
final class Ptx {
    private static final Pattern HASH = Pattern.compile("// sha256 ([0-9a-f]{64})");

    private Ptx() {}

    /** A family's PTX. */
    static String text(String family) {
        try (InputStream in = Ptx.class.getResourceAsStream(family + ".ptx")) {
            if (in == null) {
                throw new IllegalStateException(
                        "cuda: " + family + ".ptx is missing in this build: run kernels/cuda/build-ptx");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The hash of the source it was built from, as it says itself. */
    static String sourceHash(String text) {
        Matcher m = HASH.matcher(text);
        if (!m.find()) {
            throw new IllegalStateException("cuda: PTX without the hash of its source: run kernels/cuda/build-ptx");
        }
        return m.group(1);
    }
}
