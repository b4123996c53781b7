package org.unmute.kernels.device;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The kernel sources, read from the class path. */
public final class KernelSource {
    /** All families: one file each. */
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
            "fbank",
            "peak");

    private static final Pattern INCLUDE = Pattern.compile("#include \"(\\w+\\.h)\"");

    private static final Pattern MACRO = Pattern.compile("#define (\\w+)\\((\\w+)[^)]*\\)(.*KERNEL void.*)");
    private static final Pattern USE = Pattern.compile("(\\w+)\\((\\w+),");
    private static final Pattern DECLARATION = Pattern.compile("KERNEL void (\\w+)\\(");

    /** Placeholder for a macro's first argument. */
    private static final String NAME = "\u0001";

    private KernelSource() {}

    /**
     * A family's text for a compiler that reads one file: each header inlined where it is first included, with {@code
     * #line} so that errors name the file and line as written.
     */
    public static String text(String family) {
        StringBuilder text = new StringBuilder();
        append(family + ".cl", KernelSource::read, true, text, new HashSet<>());
        return text.toString();
    }

    /**
     * A file's text with each header inlined where it is first included, and nothing else added.
     *
     * @param file name with extension
     * @param reader reads a file or header
     */
    public static String plainText(String file, UnaryOperator<String> reader) {
        StringBuilder text = new StringBuilder();
        append(file, reader, false, text, new HashSet<>());
        return text.toString();
    }

    private static void append(
            String file, UnaryOperator<String> reader, boolean numbered, StringBuilder text, Set<String> seen) {
        int number = 0;
        if (numbered) {
            text.append("#line 1 \"").append(file).append("\"\n");
        }
        for (String line : reader.apply(file).lines().toList()) {
            number++;
            Matcher include = INCLUDE.matcher(line);
            if (!include.matches()) {
                text.append(line).append('\n');
            } else if (seen.add(include.group(1))) {
                append(include.group(1), reader, numbered, text, seen);
                if (numbered) {
                    text.append("#line " + (number + 1) + " \"" + file + "\"\n");
                }
            } else if (numbered) {
                text.append('\n');
            }
        }
    }

    /** {@link #hash(String)} of a family's {@link #plainText}. */
    public static String hashOfFamily(String family) {
        return hash(plainText(family + ".cl", KernelSource::read));
    }

    /**
     * SHA-256, in hexadecimal, of a text without line comments and blank lines. It tells whether a build from the text
     * is out of date; see {@code kernels/cuda/build-ptx}.
     */
    public static String hash(String text) {
        String code = text.lines()
                .map(line -> line.replaceFirst("//.*$", "").stripTrailing())
                .filter(line -> !line.isEmpty())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(code.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
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

    /**
     * A kernel as its source declares it.
     *
     * @param parameters declarations, in order, such as {@code GLOBAL const float* x}
     */
    public record Declared(Kernel kernel, List<String> parameters) {}

    /**
     * The kernels of a family, in order, including those that macros define; the first argument of such a macro is part
     * of the name.
     */
    public static List<Declared> kernels(String family) {
        String file = read(family + ".cl").replace("\\\n", " ");
        Map<String, String> macros = new HashMap<>();
        List<Declared> all = new ArrayList<>();
        for (String line : file.lines().toList()) {
            Matcher macro = MACRO.matcher(line);
            Matcher use = USE.matcher(line);
            if (macro.matches()) {
                macros.put(
                        macro.group(1),
                        macro.group(3)
                                .replaceAll("\\b" + macro.group(2) + "\\b", NAME)
                                .replace("##", ""));
            } else if (use.lookingAt() && macros.containsKey(use.group(1))) {
                declarations(family, macros.get(use.group(1)).replace(NAME, use.group(2)), all);
            }
        }
        declarations(family, file.lines().filter(l -> !l.startsWith("#")).collect(Collectors.joining("\n")), all);
        return all;
    }

    private static void declarations(String family, String text, List<Declared> all) {
        Matcher m = DECLARATION.matcher(text);
        while (m.find()) {
            int depth = 1;
            int end = m.end();
            int from = end;
            List<String> parameters = new ArrayList<>();
            for (; depth > 0; end++) {
                char c = text.charAt(end);
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth == 0 || depth == 1 && c == ',') {
                    parameters.add(text.substring(from, end).strip().replaceAll("\\s+", " "));
                    from = end + 1;
                }
            }
            all.add(new Declared(new Kernel(family, m.group(1)), List.copyOf(parameters)));
        }
    }
}
