package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The page of the architecture names every package with the first sentence of its {@code package-info.java}. After a
 * change of packages, {@code -Dunmute.packages=write} writes the list anew.
 */
class PackageListTest {
    private static final String BEGIN = "| package, after `org.unmute.` | |\n|---|---|\n";
    private static final Pattern COMMENT = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);
    private static final Pattern TAG = Pattern.compile("\\{@(?:link|linkplain|code) ([^}]*)}");
    private static final Pattern SENTENCE = Pattern.compile("(.*?\\.)(?= |$)");

    private record Named(String name, String sentence) {
        String row() {
            return "| `" + name + "` | " + sentence + " |\n";
        }
    }

    private static Named named(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String path = Checkout.root().relativize(file.getParent()).toString();
        int source = path.indexOf("/src/main/java/");
        Matcher comment = COMMENT.matcher(text);
        assertThat(comment.find()).as(path).isTrue();
        String flat = comment.group(1)
                .split("<p>|@since")[0]
                .replaceAll("\\s*\\n\\s*\\*", " ")
                .replaceAll("\\s+", " ")
                .strip();
        String plain = TAG.matcher(flat)
                .replaceAll(tag -> "`" + tag.group(1).strip().replaceAll("^[\\w.]*\\.(?=[A-Z])", "") + "`");
        Matcher sentence = SENTENCE.matcher(plain);
        assertThat(sentence.find()).as(path + " begins with a sentence").isTrue();
        String name = path.substring(source + "/src/main/java/".length()).replace('/', '.');
        return new Named(shortened(name), sentence.group(1));
    }

    private static String shortened(String name) {
        return name.startsWith("org.unmute.") ? name.substring("org.unmute.".length()) : name;
    }

    private static String table() throws IOException {
        Path root = Checkout.root();
        try (Stream<Path> files = Files.walk(root)) {
            List<Named> all = files.filter(f -> f.endsWith("package-info.java"))
                    .filter(f -> root.relativize(f).toString().contains("/src/main/java/"))
                    .filter(f -> !root.relativize(f).startsWith("docs"))
                    .map(PackageListTest::named)
                    .sorted(Comparator.comparing(Named::name))
                    .toList();
            assertThat(all).hasSizeGreaterThan(100);
            StringBuilder rows = new StringBuilder(BEGIN);
            all.forEach(one -> rows.append(one.row()));
            return rows.toString();
        }
    }

    @Test
    void everyPackageIsOnThePage() throws IOException {
        Path page = Checkout.root().resolve("docs/architecture.md");
        String text = Files.readString(page);
        int from = text.indexOf(BEGIN);
        assertThat(from).isPositive();
        int to = text.indexOf("\n\n", from) + 1;
        String expected = text.substring(0, from) + table() + text.substring(to);
        if ("write".equals(System.getProperty("unmute.packages"))) {
            Files.writeString(page, expected);
        } else {
            assertThat(text.substring(from, to).lines().toList())
                    .as("docs/architecture.md lists the packages; mvn -pl cli -am test -Dtest=PackageListTest"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dunmute.packages=write writes them")
                    .isEqualTo(table().lines().toList());
        }
    }
}
