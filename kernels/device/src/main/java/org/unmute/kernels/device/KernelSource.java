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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The texts of the kernels. */
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

    /** Stands for a macro's first parameter. */
    private static final String NAME = "\u0001";

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
                text.append("#line ")
                        .append(number + 1)
                        .append(" \"")
                        .append(file)
                        .append("\"\n");
            } else {
                text.append('\n');
            }
        }
    }

    /**
     * SHA-256 of a family's text with the headers it includes put in, in hexadecimal: what a build from it is compared
     * with, see {@code kernels/cuda/build-ptx}.
     */
    public static String hash(String family) {
        StringBuilder text = new StringBuilder();
        appendPlain(family + ".cl", text, new HashSet<>());
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void appendPlain(String file, StringBuilder text, Set<String> seen) {
        for (String line : read(file).lines().toList()) {
            Matcher include = INCLUDE.matcher(line);
            if (!include.matches()) {
                text.append(line).append('\n');
            } else if (seen.add(include.group(1))) {
                appendPlain(include.group(1), text, seen);
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

    /**
     * A kernel as its text declares it.
     *
     * @param kernel which
     * @param parameters their declarations, first to last, such as {@code GLOBAL const float* x}
     */
    public record Declared(Kernel kernel, List<String> parameters) {}

    /**
     * The kernels of a family in their order, those that macros make included: a macro's first parameter is the name's
     * part.
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
