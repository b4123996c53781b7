package org.unmute.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The kernels as PTX, an assembly language that the driver compiles for the installed GPU; one gzip file per family.
 */
final class Ptx {
    private Ptx() {}

    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(([^)]*)\\)");
    private static final Pattern PARAMETER =
            Pattern.compile("\\.param (?:\\.align \\d+ )?\\.[busf](8|16|32|64)[^,\\[]*(?:\\[(\\d+)])?");

    /** Size in bytes of each parameter of each kernel in a PTX. */
    static Map<String, List<Integer>> parameterBytes(String ptx) {
        Map<String, List<Integer>> all = new HashMap<>();
        Matcher entry = ENTRY.matcher(ptx);
        while (entry.find()) {
            all.put(
                    entry.group(1),
                    PARAMETER
                            .matcher(entry.group(2))
                            .results()
                            .map(p -> Integer.parseInt(p.group(1))
                                    / Byte.SIZE
                                    * (p.group(2) == null ? 1 : Integer.parseInt(p.group(2))))
                            .toList());
        }
        return all;
    }

    /** The PTX of a family. */
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
