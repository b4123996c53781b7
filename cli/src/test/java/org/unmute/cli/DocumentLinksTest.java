package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks that references in pages, grids, scripts and sources lead to existing files and sections. */
class DocumentLinksTest {
    private static final Set<String> FOLDERS_LEFT_OUT = Set.of("target", ".git", "shared", "runs");
    private static final Set<String> TEXT =
            Set.of("md", "toml", "java", "sh", "py", "xml", "properties", "css", "js", "html", "yml", "");

    private static final Pattern LINK =
            Pattern.compile("\\]\\(([^)\\s]+)\\)|^\\[[^\\]]+\\]: (\\S+)$", Pattern.MULTILINE);
    private static final Pattern MENTION =
            Pattern.compile("(?<![\\w/.-])(docs/[\\w/-]+\\.(?:md|toml|java))(#[\\w-]+)?");
    /** Matches, for example, docs/detect.md, "How well it works". */
    private static final Pattern QUOTED =
            Pattern.compile("(?<![\\w/.-])((?:[\\w-]+/)*[\\w-]+\\.md|README)[,:]? \"([^\"\\n]+)\"");

    private static List<Path> files(Path folder) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.sorted().toList()) {
                String name = child.getFileName().toString();
                if (Files.isDirectory(child)) {
                    all.addAll(FOLDERS_LEFT_OUT.contains(name) ? List.of() : files(child));
                } else if (TEXT.contains(name.substring(name.lastIndexOf('.') + 1))
                        || !name.contains(".") && Files.size(child) < 1 << 20) {
                    all.add(child);
                }
            }
        }
        return all;
    }

    private static Set<String> sections(Path page) throws IOException {
        Set<String> all = new TreeSet<>();
        boolean code = false;
        for (String line : Files.readAllLines(page)) {
            code ^= line.startsWith("```");
            if (!code && line.matches("#{1,6} .*")) {
                all.add(anchor(line.replaceFirst("#+ ", "")));
            }
        }
        return all;
    }

    /** The anchor of a heading as rendered: lower case, no punctuation, hyphens for spaces. */
    private static String anchor(String heading) {
        return heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-');
    }

    private static void check(Path from, String what, Path to, String anchor, List<String> dead) throws IOException {
        if (!Files.exists(to)) {
            dead.add(from + ": " + what + ": no such file");
        } else if (anchor != null
                && to.toString().endsWith(".md")
                && !sections(to).contains(anchor)) {
            dead.add(from + ": " + what + ": no such section, there are " + sections(to));
        }
    }

    private static List<String> dead(Path root, Path file, String text) throws IOException {
        List<String> dead = new ArrayList<>();
        if (file.toString().endsWith(".md")) {
            for (MatchResult link : LINK.matcher(text).results().toList()) {
                String target = link.group(1) != null ? link.group(1) : link.group(2);
                if (!target.matches("(https?|mailto):.*")) {
                    String[] parts = target.split("#", 2);
                    Path to = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
                    check(file, target, to, parts.length > 1 ? parts[1] : null, dead);
                }
            }
        }
        for (MatchResult mention : MENTION.matcher(text).results().toList()) {
            String section = mention.group(2) == null ? null : mention.group(2).substring(1);
            check(file, mention.group(), root.resolve(mention.group(1)), section, dead);
        }
        for (MatchResult quoted : QUOTED.matcher(text).results().toList()) {
            Path page = root.resolve(quoted.group(1).equals("README") ? "README.md" : quoted.group(1));
            check(file, quoted.group(), page, anchor(quoted.group(2)), dead);
        }
        return dead;
    }

    @Test
    void everythingThatIsReferredToIsThere() throws IOException {
        Path root = Checkout.root();
        List<String> dead = new ArrayList<>();
        int references = 0;
        for (Path file : files(root)) {
            String text;
            try {
                text = Files.readString(file);
            } catch (MalformedInputException e) {
                continue; // not a text file
            }
            if (file.endsWith("DocumentLinksTest.java")) {
                continue;
            }
            references += (int) LINK.matcher(text).results().count();
            references += (int) MENTION.matcher(text).results().count();
            dead.addAll(dead(root, file, text));
        }
        assertThat(references).isGreaterThan(300);
        assertThat(dead).isEmpty();
    }

    @Test
    void whatIsGoneIsFound() throws IOException {
        Path root = Checkout.root();
        Path grid = root.resolve("docs/grids/some.toml");
        assertThat(dead(root, grid, "# in the checkout (README, \"Real recordings\"):"))
                .singleElement()
                .asString()
                .contains("no such section, there are [");
        assertThat(dead(root, grid, "# docs/detect.md, \"How well it works\", docs/grid.md#datasets"))
                .isEmpty();
        assertThat(dead(root, grid, "docs/gone.md docs/grid.md#gone")).hasSize(2);
        Path page = root.resolve("docs/some.md");
        String links = "[a](labels.md#forms) [b](labels.md#gone) [c](https://x/y) [d](gone.md)\n[e]: ../README.md#more";
        assertThat(dead(root, page, links)).hasSize(2);
    }
}
