package org.unmute.probes.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.Encoders;
import org.unmute.probes.pool.TrainedProbe;

/**
 * The code in README and docs/embedding.md is identical to a file, compiles, and runs with only the four modules.
 * {@code PluginEndToEndTest} in the module cli builds {@code docs/examples/plugin}.
 */
class DocumentedExamplesTest {
    private static final Path EXAMPLES = Modules.root().resolve("docs/examples");
    private static final List<String> NO_FLAGS = List.of();
    private static final List<String> VECTOR = List.of("--add-modules", "jdk.incubator.vector");

    @TempDir
    private static Path folder;

    private static Trained trained;
    private static Path plain;
    private static Path modular;
    /** The output of the same classes in this process. */
    private static List<String> expected;

    @BeforeAll
    static void compileAndTrain() throws IOException {
        trained = Trained.in(folder);
        Path caller = Files.writeString(folder.resolve("Caller.java"), CALLER);
        List<Path> sources = new ArrayList<>(List.of(caller));
        try (Stream<Path> found = Files.walk(EXAMPLES)) {
            // Not the examples that are separate projects.
            found.filter(f -> f.toString().endsWith(".java"))
                    .filter(f -> !EXAMPLES.relativize(f).toString().contains("src"))
                    .sorted()
                    .forEach(sources::add);
        }
        modular = folder.resolve("modular");
        javac(sources, "--module-path", Modules.path(), "-d", modular.toString());
        plain = folder.resolve("plain");
        javac(
                sources.stream().filter(f -> !f.endsWith("module-info.java")).toList(),
                "-cp",
                Modules.path(),
                "-d",
                plain.toString());
        Encoder encoder = Encoders.open(trained.checkpoint());
        expected =
                TrainedProbe.open(trained.probe())
                        .scoresByClass(encoder.encode(Wav.read(trained.clip())))
                        .entrySet()
                        .stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .toList();
    }

    private static void javac(List<Path> sources, String... options) {
        List<String> arguments = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-implicit:none", "--release", "25"));
        arguments.addAll(List.of(options));
        sources.forEach(s -> arguments.add(s.toString()));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertThat(status).as(said.toString()).isZero();
    }

    private static List<String> arguments(List<String> flags, boolean onModulePath, String mainClass) {
        List<String> all = new ArrayList<>(flags);
        if (onModulePath) {
            all.addAll(List.of("-p", Modules.path(modular), "-m", "example/" + mainClass));
        } else {
            all.addAll(List.of("-cp", Modules.path(plain), mainClass));
        }
        all.addAll(List.of(
                trained.checkpoint().toString(),
                trained.probe().toString(),
                trained.clip().toString()));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/embedding.md", "docs/adding-a-probe.md"})
    void everyJavaBlockIsAFileToTheLetter(String page) throws IOException {
        String text = Files.readString(Modules.root().resolve(page));
        List<MatchResult> blocks = Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(text)
                .results()
                .toList();
        assertThat(blocks).isNotEmpty();
        Pattern named = Pattern.compile("\\[`[^`]+`]\\(([^)]+\\.java)\\):?\\R\\R$");
        for (MatchResult block : blocks) {
            List<String> files = named.matcher(text.substring(0, block.start()))
                    .results()
                    .map(r -> r.group(1))
                    .toList();
            assertThat(files)
                    .as(page + ": the line before a block names its file: "
                            + block.group(1).lines().findFirst())
                    .isNotEmpty();
            Path file = Modules.root().resolve(page).resolveSibling(files.getLast());
            assertThat(block.group(1)).as(page + " and " + file).isEqualTo(Files.readString(file));
        }
    }

    /** Calls within sentences compile, with arguments named after their types. */
    @Test
    void callsInTheTextCompile() throws IOException {
        List<String> calls = Pattern.compile("`(Wav\\.read\\([^`]+\\))`")
                .matcher(Files.readString(Modules.root().resolve("docs/embedding.md")))
                .results()
                .map(r -> r.group(1))
                .toList();
        assertThat(calls).hasSize(4);
        Path source = Files.writeString(folder.resolve("Calls.java"), """
                import java.io.InputStream;
                import java.lang.foreign.MemorySegment;
                import java.nio.file.Path;
                import org.unmute.audio.Wav;

                final class Calls {
                    void run(Path path, byte[] bytes, InputStream inputStream, MemorySegment memorySegment, String name)
                            throws Exception {
                        %s;
                    }
                }
                """.formatted(String.join(";\n", calls)));
        javac(List.of(source), "-cp", Modules.path(), "-d", folder.toString());
    }

    @Test
    void theCoordinatesAreThoseOfTheBuild() throws IOException {
        String text = Files.readString(Modules.root().resolve("docs/embedding.md"));
        for (String module : Modules.FOLDERS) {
            String pom = Files.readString(Modules.root().resolve(module).resolve("pom.xml"));
            String id = first("</parent>\\s*<artifactId>([^<]+)", pom);
            String version = first("<version>([^<]+)", pom);
            assertThat(text)
                    .containsPattern("`" + id + "`|<artifactId>" + id + "</artifactId>")
                    .doesNotContainPattern("<artifactId>" + id + "</artifactId>\\s*<version>(?!"
                            + Pattern.quote(version) + "</version>)");
        }
    }

    private static String first(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    /** main has at most ten lines, as the documents promise. */
    @Test
    void theExampleIsShort() throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLES.resolve("example/TagRecording.java"));
        int main = lines.indexOf("    public static void main(String[] args) throws IOException {");
        assertThat(lines.subList(main, lines.lastIndexOf("    }") + 1)).hasSizeBetween(4, 10);
    }

    @Test
    @FullBuild("starts a virtual machine")
    void onTheModulePathItRunsWithoutFlags() throws Exception {
        Modules.Ran ran = Modules.java(folder, arguments(NO_FLAGS, true, "example.TagRecording"));
        assertThat(ran.status()).as(ran.errors()).isZero();
        assertThat(ran.lines()).isEqualTo(expected);
        assertThat(ran.errors().lines()).containsExactly("WARNING: Using incubator modules: jdk.incubator.vector");
        assertThat(expected).hasSize(2);
        assertThat(Float.parseFloat(expected.getFirst().substring("tone ".length())))
                .as("the clip is a tone")
                .isGreaterThan(0.5f);
        assertThat(Float.parseFloat(expected.getLast().substring("noise ".length())))
                .as("the clip is no noise")
                .isLessThan(0.5f);
    }

    @Test
    @FullBuild("starts a virtual machine")
    void eventsAreFoundInTime() throws Exception {
        Modules.Ran ran = Modules.java(folder, arguments(NO_FLAGS, true, "example.FindEvents"));
        assertThat(ran.status()).as(ran.errors()).isZero();
        double end = Wav.read(trained.clip()).seconds();
        assertThat(ran.lines())
                .isNotEmpty()
                .allSatisfy(line ->
                        assertThat(line).matches("\\d+\\.\\d\\d to \\d+\\.\\d\\d s, \\d+ to \\d+ Hz: (tone|noise)"));
        assertThat(ran.lines())
                .allSatisfy(line -> assertThat(Double.parseDouble(line.split(" ")[2]))
                        .isBetween(Double.parseDouble(line.split(" ")[0]), end + 0.005));
    }

    @Test
    @FullBuild("starts a virtual machine")
    void onTheClassPathItRunsWithTheFlag() throws Exception {
        Modules.Ran ran = Modules.java(folder, arguments(VECTOR, false, "example.TagRecording"));
        assertThat(ran.status()).as(ran.errors()).isZero();
        assertThat(ran.lines()).isEqualTo(expected);
        assertThat(ran.errors().lines()).containsExactly("WARNING: Using incubator modules: jdk.incubator.vector");
    }

    @Test
    @FullBuild("starts a virtual machine")
    void onTheClassPathWithoutTheFlagItIsSlowAndSaysSo() throws Exception {
        Modules.Ran ran = Modules.java(folder, arguments(NO_FLAGS, false, "example.TagRecording"));
        assertThat(ran.status()).as(ran.errors()).isZero();
        assertThat(ran.lines()).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            String[] own = ran.lines().get(i).split(" ");
            String[] other = expected.get(i).split(" ");
            assertThat(own[0]).isEqualTo(other[0]);
            assertThat(Float.parseFloat(own[1]))
                    .isCloseTo(Float.parseFloat(other[1]), org.assertj.core.data.Offset.offset(1e-3f));
        }
        String warning = ran.errors()
                .lines()
                .filter(l -> l.startsWith("WARNING: backend scalar"))
                .findFirst()
                .orElseThrow();
        assertThat(Files.readString(Modules.root().resolve("docs/embedding.md")))
                .contains(warning.substring("WARNING: ".length()));
    }

    @Test
    @FullBuild("starts a virtual machine")
    void anAskedForBackendIsNotReplaced() throws Exception {
        Modules.Ran ran =
                Modules.java(folder, arguments(List.of("-Dunmute.backend=vector"), false, "example.TagRecording"));
        assertThat(ran.status()).isNotZero();
        String message = "backend vector does not run here: the Vector API is not loaded: pass --add-modules"
                + " jdk.incubator.vector to java";
        assertThat(ran.errors()).contains(message);
        assertThat(Files.readString(Modules.root().resolve("docs/embedding.md")))
                .contains(message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @FullBuild("starts a virtual machine")
    void theServiceServesThreadsAndEndsThem(boolean onModulePath) throws Exception {
        Modules.Ran ran = Modules.java(
                folder,
                arguments(
                        onModulePath
                                ? List.of("-Dunmute.threads=3")
                                : List.of("-Dunmute.threads=3", VECTOR.getFirst(), VECTOR.getLast()),
                        onModulePath,
                        "example.Caller"));
        assertThat(ran.status()).as(ran.errors()).isZero();
        List<String> scores =
                expected.stream().map(l -> l.substring(l.indexOf(' ') + 1)).toList();
        assertThat(ran.lines()).containsExactly("threads 2", "answers [" + scores + "]", "threads 0");
        assertThat(ran.errors()).contains("backend vector: Vector API").contains("3 threads");
    }

    /** Calls the service as a server does. */
    private static final String CALLER = """
        package example;

        import java.nio.file.Path;
        import java.util.ArrayList;
        import java.util.List;
        import java.util.Set;
        import java.util.TreeSet;
        import java.util.concurrent.Callable;
        import java.util.concurrent.ExecutorService;
        import java.util.concurrent.Executors;
        import java.util.concurrent.Future;
        import org.unmute.audio.Recording;
        import org.unmute.audio.Wav;

        final class Caller {
            private static long threads() {
                return Thread.getAllStackTraces().keySet().stream().filter(t -> \
        t.getName().startsWith("unmute-")).count();
            }

            public static void main(String[] args) throws Exception {
                try (TaggingService service = new TaggingService(Path.of(args[0]), Path.of(args[1]))) {
                    while (!service.isReady()) {
                        Thread.sleep(10);
                    }
                    System.out.println("threads " + threads());
                    Recording clip = Wav.read(Path.of(args[2]));
                    List<Callable<List<String>>> calls = new ArrayList<>();
                    for (int i = 0; i < 40; i++) {
                        boolean together = i % 2 == 0;
                        calls.add(() -> {
                            float[] s = together ? service.tag(List.of(clip, clip)).getLast() : \
        service.tag(clip.samples(), clip.sampleRate());
                            return List.of("" + s[0], "" + s[1]);
                        });
                    }
                    Set<String> answers = new TreeSet<>();
                    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
                        for (Future<List<String>> f : callers.invokeAll(calls)) {
                            answers.add(f.get().toString());
                        }
                    }
                    System.out.println("answers " + answers);
                }
                for (int i = 0; i < 100 && threads() > 0; i++) {
                    Thread.sleep(20);
                }
                System.out.println("threads " + threads());
            }
        }
        """;

    /** Annotations of what may be null, which a program runs without. */
    private static boolean isOfCompilers(ModuleDescriptor.Requires required) {
        return required.name().equals("org.jspecify")
                && required.modifiers().equals(Set.of(ModuleDescriptor.Requires.Modifier.STATIC));
    }

    @Test
    void theModulesAreNamedAndNeedNothingElse() {
        Map<String, List<String>> needed = new java.util.TreeMap<>();
        for (ModuleReference reference :
                ModuleFinder.of(Modules.classes().toArray(Path[]::new)).findAll()) {
            ModuleDescriptor module = reference.descriptor();
            assertThat(module.isAutomatic()).as(module.name()).isFalse();
            needed.put(
                    module.name(),
                    module.requires().stream()
                            .filter(r -> !isOfCompilers(r))
                            .map(ModuleDescriptor.Requires::name)
                            .filter(n -> !n.equals("java.base"))
                            .sorted()
                            .toList());
        }
        assertThat(needed)
                .isEqualTo(Map.of(
                        "org.unmute.files",
                        List.of(),
                        "org.unmute.tensor",
                        List.of("org.unmute.files"),
                        "org.unmute.audio",
                        List.of("org.unmute.files"),
                        "org.unmute.kernels.vector",
                        List.of("jdk.incubator.vector", "org.unmute.tensor"),
                        "org.unmute.models",
                        List.of("org.unmute.audio", "org.unmute.tensor"),
                        "org.unmute.probes",
                        List.of("org.unmute.models")));
    }

    /** In modules with this file, the build rejects third-party code at run time. */
    @Test
    void theBuildGuardsTheModules() throws IOException {
        for (String module : Modules.FOLDERS) {
            assertThat(Modules.root().resolve(module).resolve(".embeddable")).exists();
        }
        assertThat(Files.readString(Modules.root().resolve("pom.xml")))
                .contains("<exists>${basedir}/.embeddable</exists>");
    }

    @Test
    void everyExportedPackageIsExplained() throws IOException {
        List<String> bare = new ArrayList<>();
        for (String module : Modules.FOLDERS) {
            Path sources = Modules.root().resolve(module).resolve("src/main/java");
            for (MatchResult r : Pattern.compile("exports ([\\w.]+);")
                    .matcher(Files.readString(sources.resolve("module-info.java")))
                    .results()
                    .toList()) {
                if (!Files.exists(sources.resolve(r.group(1).replace('.', '/')).resolve("package-info.java"))) {
                    bare.add(r.group(1));
                }
            }
        }
        assertThat(bare).isEmpty();
    }
}
