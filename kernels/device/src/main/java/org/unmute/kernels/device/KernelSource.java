package org.unmute.kernels.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel sources, read from the class path. */
public final class KernelSource {
    /** All families, one file each. */
    public static final List<String> FAMILIES = List.of(
            "elementwise",
            "cast",
            "reduce",
            "extreme",
            "index",
            "matmul",
            "convolve",
            "softmax",
            "losses",
            "normalize",
            "adamw",
            "attention",
            "prototype",
            "prototype_wide",
            "fbank",
            "peak");

    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+\\.h)\"");

    private KernelSource() {}

    /**
     * The source of a family as a single file for a compiler: each header is inlined where it is first included, with
     * {@code #line} so that errors give the original file and line.
     */
    public static String text(String family) {
        return text(family + ".cl", KernelSource::read);
    }

    /**
     * The source of a file as a single file for a compiler.
     *
     * @param file name with extension
     * @param reader reads a file or header
     */
    public static String text(String file, UnaryOperator<String> reader) {
        StringBuilder text = new StringBuilder();
        append(file, reader, text, new HashSet<>());
        return text.toString();
    }

    private static void append(String file, UnaryOperator<String> reader, StringBuilder text, Set<String> seen) {
        int number = 1;
        text.append("#line 1 \"" + file + "\"\n");
        for (String line : reader.apply(file).lines().toList()) {
            number++;
            Matcher include = INCLUDE.matcher(line);
            if (!include.matches()) {
                text.append(line).append('\n');
            } else if (seen.add(include.group(1))) {
                append(include.group(1), reader, text, seen);
                text.append("#line " + number + " \"" + file + "\"\n");
            } else {
                text.append('\n');
            }
        }
    }

    /** Reads one file unchanged. */
    public static String read(String file) {
        try (InputStream in = KernelSource.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("kernels: the file " + file + " is missing in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
