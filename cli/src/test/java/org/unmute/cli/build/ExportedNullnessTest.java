package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.unmute.cli.Checkout;

/** What may be null in the sources of exported packages is annotated wherever its Javadoc says so. */
class ExportedNullnessTest {
    private static final Pattern DOCUMENTED = Pattern.compile(
            "/\\*\\*(?<doc>(?:(?!\\*/).)*)\\*/\\s*(?<annotations>(?:@\\w+(?:\\([^)]*\\))?\\s+)*)(?<declaration>[^;{=]*)[;{=]",
            Pattern.DOTALL);
    private static final String NEXT = "(?= @(?:param|return|throws|see|since)\\b|$)";
    private static final Pattern TAG = Pattern.compile(" @(param|return) +(.*?)" + NEXT);
    private static final Pattern MAY_BE_NULL = Pattern.compile(
            "\\bor null\\b|\\b(?:may|can) be null\\b|\\breturns null\\b"
                    + "|(?:^|[;,.(] )(?:\\{@code )?null\\}?(?: (?:if|for|to|unless|where|without|when|in)\\b|[;,.)]|$)");

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : ExportedSignaturesTest.modules()) {
            Path root = Checkout.root().resolve(module);
            for (String name : ExportedSignatures.exported(root.resolve("target/classes"))) {
                try (Stream<Path> files =
                        Files.list(root.resolve("src/main/java").resolve(name.replace('.', '/')))) {
                    files.filter(f -> f.toString().endsWith(".java") && !f.endsWith("package-info.java"))
                            .sorted()
                            .forEach(sources::add);
                }
            }
        }
        return sources;
    }

    @Test
    void javadocAndAnnotationsAgree() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path file : sources()) {
            for (String what : missing(Files.readString(file))) {
                missing.add(Checkout.root().relativize(file) + ": " + what);
            }
        }
        assertThat(missing)
                .as("Javadoc says that it may be null: annotate it with @Nullable of org.jspecify")
                .isEmpty();
    }

    @Test
    void whatLacksTheAnnotationIsFound() {
        assertThat(missing("""
                /**
                 * Sets a limit.
                 *
                 * @param limit in seconds
                 * @param name of the limit; null for none
                 */
                public void limit(double limit, String name) {}
                """)).containsExactly("limit: parameter name");
        assertThat(missing("""
                /**
                 * A point.
                 *
                 * @param values {@code [n]}, or null
                 */
                public record Point(int n, float[] values) {}
                """)).containsExactly("Point: parameter values");
        assertThat(missing("/** The name, or null if there is none. */ public String name();"))
                .containsExactly("name: result");
        assertThat(missing("""
                /** The name, or null if there is none. */
                public @Nullable String name();

                /**
                 * A point.
                 *
                 * @param values {@code [n]}, or null
                 * @param names one for each, not null
                 */
                public record Point(float @Nullable [] values, List<String> names) {}

                /** The name; null for none. */
                @Nullable String name();
                """)).isEmpty();
    }

    /** What is documented as nullable and not annotated so. */
    private static List<String> missing(String source) {
        List<String> missing = new ArrayList<>();
        for (MatchResult found : DOCUMENTED.matcher(source).results().toList()) {
            String declaration =
                    found.group("declaration").replaceAll("\\s+", " ").strip();
            int open = declaration.indexOf('(');
            if (open < 0) {
                continue;
            }
            String before = declaration.substring(0, open);
            String name = before.substring(before.lastIndexOf(' ') + 1);
            String doc =
                    " " + found.group("doc").replaceAll("\\s*\\n\\s*\\*", " ").replaceAll("\\s+", " ");
            StringBuilder result = new StringBuilder(doc.split(" @(?:param|return|throws|see|since)\\b", 2)[0]);
            Matcher tags = TAG.matcher(doc);
            while (tags.find()) {
                String text = tags.group(2);
                if (tags.group(1).equals("return")) {
                    result.append(' ').append(text);
                } else if (mayBeNull(text.substring(text.indexOf(' ') + 1))) {
                    String parameter = text.split(" ")[0];
                    if (!isAnnotated(declaration.substring(open), parameter)) {
                        missing.add(name + ": parameter " + parameter);
                    }
                }
            }
            if (hasResult(before)
                    && mayBeNull(result.toString())
                    && !(found.group("annotations") + before).contains("@Nullable")
                    && !declaration.substring(open).contains("@Nullable")) {
                missing.add(name + ": result");
            }
        }
        return missing;
    }

    private static boolean mayBeNull(String text) {
        return MAY_BE_NULL.matcher(text.strip()).find() && !text.contains("not null");
    }

    private static boolean isAnnotated(String parameters, String name) {
        return Pattern.compile("@Nullable [^,()]*\\b" + Pattern.quote(name) + "\\b")
                .matcher(parameters)
                .find();
    }

    /** Whether it is a method with a result; a constructor has a single word after its modifiers. */
    private static boolean hasResult(String before) {
        String type = before.replaceAll("\\b(?:public|protected|private|static|final|abstract|default)\\b", "")
                .strip();
        return type.contains(" ") && !type.startsWith("void ") && !type.contains("record ");
    }
}
