package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that the tests named in {@code docs/guarantees.md} exist, and that each promise names one. */
class GuaranteesTest {
    /** A test class, optionally with one of its methods. */
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    @Test
    void everyPromiseNamesTestsThatAreThere() throws IOException {
        Path root = Checkout.root();
        Map<String, Path> tests = tests(root);
        List<String> missing = new ArrayList<>();
        int promises = 0;
        for (String line : Files.readAllLines(root.resolve("docs/guarantees.md"))) {
            String[] cells = line.split("\\|");
            if (cells.length != 5 || cells[1].isBlank() || cells[2].matches(" Promise |-+")) {
                continue;
            }
            promises++;
            List<MatchResult> named = TEST.matcher(cells[3]).results().toList();
            if (named.isEmpty()) {
                missing.add("no test: " + line);
            }
            for (MatchResult test : named) {
                Path file = tests.get(test.group(1));
                if (file == null
                        || test.group(2) != null && !Files.readString(file).contains("void " + test.group(2) + "(")) {
                    missing.add(test.group());
                }
            }
        }
        assertThat(promises).isGreaterThan(20);
        assertThat(missing).isEmpty();
    }

    private static Map<String, Path> tests(Path root) throws IOException {
        Map<String, Path> all = new TreeMap<>();
        for (Path module : modules(root)) {
            try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
                files.filter(f -> f.toString().endsWith("Test.java"))
                        .forEach(f -> all.put(f.getFileName().toString().replace(".java", ""), f));
            }
        }
        return all;
    }

    private static List<Path> modules(Path root) throws IOException {
        try (Stream<Path> folders = Files.find(root, 2, (f, a) -> a.isDirectory())) {
            return folders.filter(f -> Files.isDirectory(f.resolve("src/test/java")))
                    .toList();
        }
    }
}
