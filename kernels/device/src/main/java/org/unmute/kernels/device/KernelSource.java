package org.unmute.kernels.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts of the kernels. */
public final class KernelSource {
    /** All families: one file each. */
    public static final List<String> FAMILIES = List.of("elementwise", "cast", "reduce", "extreme", "index", "matmul", "softmax",
            "normalize", "adamw", "attention", "prototype");

    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+\\.h)\"");

    private KernelSource() {}

    /** A family's text with the headers it includes put in, ready for a compiler that reads one text. */
    public static String text(String family) {
        StringBuilder text = new StringBuilder();
        append(family + ".cl", text, new HashSet<>());
        return text.toString();
    }

    private static void append(String file, StringBuilder text, Set<String> seen) {
        int number = 0;
        text.append("#line 1 \"").append(file).append("\"\n");
        for (String line : read(file).lines().toList()) {
            number++;
            Matcher include = INCLUDE.matcher(line);
            if (!include.matches()) {
                text.append(line).append('\n');
            } else if (seen.add(include.group(1))) {
                append(include.group(1), text, seen);
                text.append("#line ").append(number + 1).append(" \"").append(file).append("\"\n");
            } else {
                text.append('\n');
            }
        }
    }

    /** One file as it is. */
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
