package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Source rules for all modules that compilers do not check. */
class SourceTest {
    private static final int MAX_LINE_LENGTH = 120;
    private static final int MAX_LINES = 400;
    /** Limit for the only type that has every operation as a method; the elementwise ones are in a file of their own. */
    private static final int MAX_LINES_OF_TENSOR = 600;

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");
    /**
     * Paths that are specific to one machine; patterns that search common folders, such as {@code /usr/lib/jvm/*}, are
     * allowed.
     */
    private static final Pattern MACHINE_PATH =
            Pattern.compile("(?<!\\w)/home/|/Users/|/work/|/tmp/|/usr/lib/jvm/\\w|\\b[A-Z]:\\\\");

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:(?:final|abstract|sealed|non-sealed|strictfp) )*(?:class|interface|record|enum|@interface)"
                    + " (\\w+)",
            Pattern.MULTILINE);
    private static final Set<String> FOLDERS_LEFT_OUT = Set.of("target", ".git", "shared", "runs");
    private static final Set<String> TEXT =
            Set.of("java", "xml", "md", "css", "js", "html", "properties", "json", "sh", "");

    /** Production sources; they must include those of the modules that always exist. */
    private static List<Path> mainSources() throws IOException {
        List<Path> found = files(Checkout.root())
                .filter(f -> f.toString().endsWith(".java") && isMain(f))
                .toList();
        assertThat(found)
                .extracting(f -> Checkout.root().relativize(f).getName(0).toString())
                .contains(("files tensor kernels metrics audio mp3 models probes data events options benchmark "
                                + "weights-converter report cli")
                        .split(" "));
        return found;
    }

    private static boolean isMain(Path file) {
        return Checkout.root().relativize(file).toString().replace('\\', '/').contains("src/main/");
    }

    private static Stream<Path> files(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.sorted().toList()) {
                if (Files.isDirectory(child)) {
                    if (!FOLDERS_LEFT_OUT.contains(child.getFileName().toString())) {
                        files(child).forEach(found::add);
                    }
                } else {
                    found.add(child);
                }
            }
        }
        return found.stream();
    }

    @Test
    void filesAreShort() throws IOException {
        List<String> long_ = new ArrayList<>();
        for (Path file : mainSources()) {
            int lines = Files.readAllLines(file).size();
            int max = file.endsWith("org/unmute/tensor/Tensor.java") ? MAX_LINES_OF_TENSOR : MAX_LINES;
            if (lines > max) {
                long_.add(Checkout.root().relativize(file) + ": " + lines + " lines, at most " + max);
            }
        }
        assertThat(long_).isEmpty();
    }

    @Test
    void linesAreShort() throws IOException {
        assertThat(places(mainSources(), Pattern.compile(".{" + (MAX_LINE_LENGTH + 1) + "}")))
                .isEmpty();
    }

    private static boolean isClass(Path file) {
        return !file.endsWith("module-info.java") && !file.endsWith("package-info.java");
    }

    /** Those of the examples are left out, which pages print whole. */
    @Test
    void packagesAreExplained() throws IOException {
        Set<Path> packages = mainSources().stream()
                .filter(SourceTest::isClass)
                .map(f -> Checkout.root().relativize(f.getParent()))
                .filter(folder -> folder.toString().contains("src/main/java") && !folder.startsWith("docs"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).hasSizeGreaterThan(100);
        packages.removeIf(folder -> {
            Path file = Checkout.root().resolve(folder).resolve("package-info.java");
            try {
                return Files.exists(file) && Files.readString(file).startsWith("/**");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(packages)
                .as("packages without a package-info.java that begins with a comment")
                .isEmpty();
    }

    /**
     * Each module has a line budget, so that growth is a decision: {@code line-budgets.tsv} states the budgets, and a
     * commit that raises one says what users gain.
     */
    @Test
    void modulesKeepTheirBudgets() throws IOException {
        Map<String, Integer> lines = new TreeMap<>();
        for (Path file : mainSources()) {
            String path = Checkout.root().relativize(file).toString().replace('\\', '/');
            String module = path.substring(0, path.indexOf("/src/main/"));
            lines.merge(module, Files.readAllLines(file).size(), Integer::sum);
        }
        Map<String, Integer> budgets = new TreeMap<>();
        for (String line : Files.readAllLines(Checkout.root().resolve("cli/src/test/resources/line-budgets.tsv"))) {
            if (!line.startsWith("#")) {
                String[] cells = line.split("\t");
                budgets.put(cells[0], Integer.parseInt(cells[1]));
            }
        }
        assertThat(budgets.keySet()).as("modules with a budget").isEqualTo(lines.keySet());
        lines.entrySet().removeIf(e -> e.getValue() <= budgets.get(e.getKey()));
        assertThat(lines)
                .as("modules with more lines than their budget, and how many")
                .isEmpty();
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        assertThat(places(mainSources(), UNFINISHED)).isEmpty();
    }

    @Test
    void nothingNamesAPathOfOneMachine() throws IOException {
        List<Path> shipped = files(Checkout.root())
                .filter(f ->
                        isMain(f) || !Checkout.root().relativize(f).toString().contains("src"))
                .filter(f -> TEXT.contains(extension(f)))
                .toList();
        assertThat(shipped)
                .contains(Checkout.root().resolve("pom.xml"), Checkout.root().resolve("README.md"));
        // The launcher searches common folders for a JDK; "/usr/lib/jvm/*" is a search pattern and not specific to one
        // machine.
        Path launcher = Checkout.root().resolve("unmute");
        assertThat(places(shipped.stream().filter(f -> !f.equals(launcher)).toList(), MACHINE_PATH))
                .isEmpty();
        assertThat(places(List.of(launcher), MACHINE_PATH)).allMatch(place -> place.contains("/*"));
    }

    /** The launcher tells the JVM how to compile the kernels by name, and the JVM silently ignores unknown names. */
    @Test
    void launcherNamesTheKernelsThereAre() throws IOException {
        List<String> withVectors = new ArrayList<>();
        for (String folder : List.of("src/main/java", "target/generated-sources/tiles")) {
            Path kernels =
                    Checkout.root().resolve("kernels/vector").resolve(folder).resolve("org/unmute/kernels/vector");
            for (Path file : files(kernels).toList()) {
                if (Files.readString(file).contains("import jdk.incubator.vector.")) {
                    withVectors.add(kernels.relativize(file).toString().replace(".java", ""));
                }
            }
        }
        String options = Files.readString(Checkout.root().resolve("cli/src/launcher/kernels.options"));
        for (String option : List.of("CompileThresholdScaling", "BackgroundCompilation")) {
            assertThat(Pattern.compile(option + ",org/unmute/kernels/vector/(.*?)\\.\\*,")
                            .matcher(options)
                            .results()
                            .map(found -> found.group(1)))
                    .as(option)
                    .containsExactlyInAnyOrderElementsOf(withVectors);
        }
    }

    @Test
    void publicTypesOfExportedPackagesAreExplained() throws IOException {
        List<String> bare = new ArrayList<>();
        int types = 0;
        for (Path module : mainSources().stream()
                .filter(f -> f.endsWith("module-info.java"))
                .toList()) {
            for (String exported : exports(Files.readString(module))) {
                Path folder = module.resolveSibling(exported.replace('.', '/'));
                for (Path file :
                        files(folder).filter(f -> f.getParent().equals(folder)).toList()) {
                    String text = Files.readString(file);
                    Matcher type = PUBLIC_TYPE.matcher(text);
                    if (type.find()) {
                        types++;
                        if (!afterImports(text.substring(0, type.start())).contains("/**")) {
                            bare.add(Checkout.root().relativize(file).toString());
                        }
                    }
                }
            }
        }
        assertThat(types).isGreaterThan(100);
        assertThat(bare).as("public types without Javadoc").isEmpty();
    }

    private static List<String> exports(String moduleInfo) {
        return Pattern.compile("^\\s*exports ([\\w.]+)", Pattern.MULTILINE)
                .matcher(moduleInfo)
                .results()
                .map(r -> r.group(1))
                .toList();
    }

    private static String afterImports(String head) {
        int last = Pattern.compile("^(?:import|package) .*;$", Pattern.MULTILINE)
                .matcher(head)
                .results()
                .mapToInt(MatchResult::end)
                .max()
                .orElse(0);
        return head.substring(last);
    }

    private static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "";
    }

    private static List<String> places(List<Path> files, Pattern pattern) throws IOException {
        List<String> places = new ArrayList<>();
        for (Path file : files) {
            int number = 0;
            for (String line : Files.readString(file).lines().collect(Collectors.toList())) {
                number++;
                if (pattern.matcher(line).find()) {
                    places.add(Checkout.root().relativize(file) + ":" + number + ": " + line.strip());
                }
            }
        }
        return places;
    }
}
