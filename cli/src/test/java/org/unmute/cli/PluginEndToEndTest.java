package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * The jar of {@code docs/examples/plugin}, a separate Maven project, adds a probe and two encoders to every command.
 * Maven 3.9 or newer builds it offline, from the local repository and the classes of this build.
 */
@FullBuild("runs Maven and virtual machines")
class PluginEndToEndTest {
    private static final String VERSION = "0.2.0-SNAPSHOT";

    @TempDir
    private static Path folder;

    private static Path jar;
    private static Path encoder;
    private static Path recordings;
    private static Path cache;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(mavenVersion(folder) >= 309, "needs Maven 3.9 or newer on the PATH");
        Path project = folder.resolve("plugin");
        copy(Checkout.root().resolve("docs/examples/plugin"), project);
        addForgetfulProbes(project.resolve("src/main"));
        Path repository = folder.resolve("repository");
        for (String module : List.of("", "files", "tensor", "audio", "models", "probes")) {
            install(repository, module);
        }
        Ran ran = maven(folder, project, repository);
        assertThat(ran.status()).as(ran.toString()).isZero();
        jar = project.resolve("target/unmute-plugin-1.jar");

        encoder = folder.resolve("patch.safetensors");
        PluginCheckpoints.skeleton(encoder, 16, 6);
        recordings = TinyEncoder.recordings(folder, 20, 8);
        cache = folder.resolve("cache");
        unmute("embed", "-q", "--encoder", encoder, "--audio", recordings, "--out", cache);
    }

    /** Packs a project with what {@link #install} has put into a repository, and with libraries of the local one. */
    static Ran maven(Path folder, Path project, Path repository) throws Exception {
        String local = System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository");
        return run(
                folder,
                project,
                "mvn",
                "-o",
                "-q",
                "-B",
                "package",
                "-Djdk=" + System.getProperty("java.home"),
                "-Dmaven.repo.local=" + repository,
                "-Dmaven.repo.local.tail=" + local);
    }

    /** Adds a probe with an option k, and two with mistakes: one never asks for an option, one does not state it. */
    private static void addForgetfulProbes(Path sources) throws IOException {
        Files.writeString(sources.resolve("java/example/plugin/ForgetfulProbe.java"), """
            package example.plugin;

            import java.util.List;
            import org.unmute.probes.pool.*;
            import org.unmute.tensor.Tensor;

            final class ForgetfulProbe extends PoolingProbe {
                private double power = 1;

                private ForgetfulProbe(ParameterSource source) {
                    super(source, source.dim());
                }

                private ForgetfulProbe(String name, Classifier fc, double power) {
                    super(name, fc, List.of());
                    this.power = power;
                }

                @Override
                public Tensor descriptor(TokenBatch batch) {
                    return batch.tokens().mean(1).times(power);
                }

                public static final class Provider implements ProbeProvider {
                    @Override
                    public List<ProbeType> probes() {
                        return List.of(
                                new ProbeType("best-k", List.of("k"), source -> {
                                    source.integer("k", 1, 1, 9);
                                    return new ForgetfulProbe(source);
                                }),
                                new ProbeType("never-asks", List.of("power"), ForgetfulProbe::new),
                                new ProbeType("never-states", List.of("power"),
                                        (name, layout, classes, options, init) -> new ForgetfulProbe(name,
                                                Classifier.fresh(init, layout.dim(), classes),
                                                options.number("power", 1, 0, 10)),
                                        (name, hasCls, options, parameters) -> new ForgetfulProbe(name,
                                                Classifier.of(parameters), options.number("power", 1, 0, 10))));
                    }
                }
            }
            """);
        Path providers = sources.resolve("resources/META-INF/services/org.unmute.probes.pool.ProbeProvider");
        Files.writeString(providers, Files.readString(providers) + "\nexample.plugin.ForgetfulProbe$Provider\n");
    }

    /** Maven's major version times 100 plus its minor version; 0 without Maven. */
    static int mavenVersion(Path folder) throws Exception {
        Ran ran;
        try {
            ran = run(folder, folder, "mvn", "-v");
        } catch (IOException e) {
            return 0;
        }
        String version = ran.out().replaceAll("(?s).*?Apache Maven (\\d+)\\.(\\d+)\\..*", "$1 $2");
        String[] parts = version.split(" ");
        return parts.length == 2 ? 100 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]) : 0;
    }

    static Ran run(Path folder, Path where, String... command) throws Exception {
        Path out = Files.createTempFile(folder, "run", ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process p = builder.start();
        try {
            assertThat(p.waitFor(10, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            p.destroyForcibly();
        }
        return new Ran(p.exitValue(), Files.readString(out), "");
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    /** Puts a module's pom and classes into a local repository; the root has a pom only. */
    static void install(Path repository, String module) throws IOException {
        String id = module.isEmpty() ? "unmute" : "unmute-" + module.replace('/', '-');
        Path target = repository.resolve("org/unmute/" + id + "/" + VERSION);
        Files.createDirectories(target);
        Files.copy(Checkout.root().resolve(module).resolve("pom.xml"), target.resolve(id + "-" + VERSION + ".pom"));
        if (Files.exists(Checkout.root().resolve(module).resolve("src/main"))) {
            Path classes = Checkout.root().resolve(module).resolve("target/classes");
            Path file = target.resolve(id + "-" + VERSION + ".jar");
            assertThat(ToolProvider.findFirst("jar")
                            .orElseThrow()
                            .run(System.out, System.err, "-cf", file.toString(), "-C", classes.toString(), "."))
                    .isZero();
        }
    }

    /** Runs a command with the plug-in's jar on the class path, as the launcher does with {@code UNMUTE_CLASSPATH}. */
    private static Ran unmute(Object... args) throws Exception {
        return ran(args).endsWith(ExitCode.OK);
    }

    private static Ran ran(Object... args) throws Exception {
        return command(Java.joined(Java.path()) + File.pathSeparator + jar, args);
    }

    private static Ran command(String classPath, Object... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("-cp", classPath, "org.unmute.cli.Main"));
        Arrays.stream(args).map(Object::toString).forEach(all::add);
        return Java.run(folder, Map.of(), all);
    }

    @Test
    void theProbeTrainsAndScores() throws Exception {
        assertThat(unmute("probe", "--help-all").out()).contains("gem");
        Path labels = recordings.resolve("manifest.csv");
        Path run = folder.resolve("run");
        unmute(Ran.line(
                "probe -q --probe gem --set exponent=2 --cache {} --labels {} --split train --epochs 2 --out " + "{}",
                cache,
                labels,
                run));
        try (SafetensorsFile saved = SafetensorsFile.open(run.resolve("probe-seed0.safetensors"))) {
            assertThat(saved.metadata()).containsEntry("options", "exponent=2.0");
        }
        Path again = folder.resolve("run-short-form");
        unmute(Ran.line(
                "probe -q --probe gem --exponent 2 --cache {} --labels {} --split train --epochs 2 --out {}",
                cache,
                labels,
                again));
        assertThat(again.resolve("probe-seed0.safetensors"))
                .hasSameBinaryContentAs(run.resolve("probe-seed0.safetensors"));
        assertThat(unmute("eval", "-q", "--probe", run, "--cache", cache, "--labels", labels, "--split", "test")
                        .out())
                .contains("mAP");
        assertThat(unmute("tag", "-q", "--probe", run, "--encoder", encoder, "--audio", recordings.resolve("test"))
                        .out())
                .contains("000000.wav");
        assertThat(unmute(Ran.line(
                                "explain --probe {} --encoder {} --audio {}",
                                run,
                                encoder,
                                recordings.resolve("test/000000.wav")))
                        .out())
                .contains("gem");
    }

    /** By the maker of {@code GemProbe}, each row is pooled as a clip. */
    @Test
    void theProbeScoresRows() throws Exception {
        Path run = folder.resolve("run-rows");
        Object[] labels = {"--cache", cache, "--labels", recordings.resolve("manifest.csv")};
        unmute(Ran.with(
                Ran.with(new Object[] {"probe", "-q", "--probe", "gem", "--set", "rows=true"}, labels),
                Ran.line("--split train --epochs 2 --out {}", run)));
        try (SafetensorsFile saved = SafetensorsFile.open(run.resolve("probe-seed0.safetensors"))) {
            assertThat(saved.metadata()).containsEntry("options", "exponent=3.0\nrows=true");
        }
        assertThat(unmute(Ran.with(new Object[] {"eval", "-q", "--probe", run, "--split", "test"}, labels))
                        .out())
                .contains("mAP");
    }

    /** Previously, both probes were trained with the option but scored without it after they were reopened. */
    @Test
    void aProbeThatWouldLoseAnOptionIsRefused() throws Exception {
        Map<String, String> reasons = Map.of(
                "never-asks", "option power=2 does not apply to this probe, which did not ask for it",
                "never-states", "power=2 was given, but options() of the probe does not state power");
        for (Map.Entry<String, String> probe : reasons.entrySet()) {
            Path run = folder.resolve("run-" + probe.getKey());
            Object[] train = Ran.line(
                    "probe -q --probe {} --cache {} --labels {} --split train --epochs 1 --out {}",
                    probe.getKey(),
                    cache,
                    recordings.resolve("manifest.csv"),
                    run);
            ran(Ran.with(train, "--set", "power=2"))
                    .fails(ExitCode.USAGE, "probe " + probe.getKey() + ": " + probe.getValue());
            assertThat(run.resolve("probe-seed0.safetensors")).doesNotExist();
            unmute(train);
        }
    }

    @Test
    void theEncoderIsKnownByName() throws Exception {
        Path named = folder.resolve("named");
        unmute("embed", "-q", "--model", "skeleton", "--encoder", encoder, "--audio", recordings, "--out", named);
        assertThat(named.resolve("shard-00000.tok")).hasSameBinaryContentAs(cache.resolve("shard-00000.tok"));
    }

    @Test
    void theEncoderAgreesWithReferenceNumbers() throws Exception {
        Path checkpoint = folder.resolve("reference-checkpoint.safetensors");
        Path reference = folder.resolve("reference.safetensors");
        PluginCheckpoints.skeletonWithReference(checkpoint, reference, 6);
        assertThat(unmute("verify", "--encoder", checkpoint, "--reference", reference)
                        .out())
                .contains("patch_embed", "final_tokens", "comparisons agree");
    }

    /**
     * Audio-MAE shares its tensor names with one encoder of the jar; a checkpoint with a different patch size shares
     * them with the other.
     */
    @Test
    void encodersOfTheSameNamesAreToldApartByShapes() throws Exception {
        Path six = folder.resolve("six-steps.safetensors");
        Path more = folder.resolve("more-steps.safetensors");
        PluginCheckpoints.shared(six, 6);
        PluginCheckpoints.shared(more, 9);
        JsonNode own = unmute("convert", "--json", "--dry-run", six).json();
        assertThat(own.get("encoder").asText()).isEqualTo("shared-vit");
        assertThat(unmute("convert", "--json", "--dry-run", more)
                        .json()
                        .get("encoder")
                        .asText())
                .isEqualTo("audiomae");
        assertThat(unmute("tag", "-q", "--encoder", six, "--audio", recordings.resolve("test"))
                        .out())
                .as("it has a head")
                .contains("class_2");

        Path other = folder.resolve("other-patches.safetensors");
        PluginCheckpoints.skeleton(other, 8, 6);
        command(Java.joined(Java.path()) + File.pathSeparator + jar, "convert", "--dry-run", other)
                .fails(
                        ExitCode.INPUT,
                        "it has the names, but not the tensors of skeleton/authors ('patches.weight' is [12, 1, 8, 8],"
                                + " expected are patches of 16 x 16)");
    }

    @Test
    void encodersListsThoseOfTheJar() throws Exception {
        assertThat(unmute("encoders").out())
                .containsPattern("(?m)^Skeleton +skeleton +unknown \\(!\\) ")
                .containsPattern("(?m)^shared-vit +shared-vit +unknown .*unmute-plugin-1\\.jar")
                .contains("shared-vit is from " + jar.toRealPath() + ", which states no release of it.");
        assertThat(unmute("encoders", "shared-vit").out())
                .contains("without a stated release")
                .contains(jar.toRealPath().toString())
                .contains("shared-vit/authors: cls_token, pos_embed");
        assertThat(unmute("encoders", "skeleton").out())
                .contains("github.com/example/skeleton")
                .contains(jar.toRealPath().toString());
        List<String> names = new ArrayList<>();
        unmute("encoders", "--json").json().forEach(e -> names.add(e.get("name").asText()));
        assertThat(names).contains("EAT", "Skeleton", "shared-vit");
    }

    /** If the jar is missing, the message says where to put it. */
    @Test
    void withoutTheJarTheMessageNamesTheVariable() throws Exception {
        String without = Java.joined(Java.path());
        command(without, "convert", "--dry-run", encoder).fails(ExitCode.INPUT, "no known encoder", "UNMUTE_CLASSPATH");
        command(without, "convert", "--dry-run", "--model", "skeleton", encoder)
                .fails(ExitCode.INPUT, "no encoder is called 'skeleton'", "UNMUTE_CLASSPATH");
        command(without, "encoders", "skeleton").fails(ExitCode.USAGE, "UNMUTE_CLASSPATH");
    }

    @Test
    void aBenchmarkCellTakesBoth() throws Exception {
        Path grid = Files.writeString(folder.resolve("grid.toml"), """
            [[encoders]]
            name = "patch"
            file = "patch.safetensors"
            [[datasets]]
            name = "scenes"
            manifest = "recordings/manifest.csv"
            [[probes]]
            name = "gem"
            set.exponent = 2
            [[probes]]
            name = "linear-mean"
            [[probes]]
            name = "best-k"
            set.k = 3
            [protocol]
            epochs = 2
            batch = 8
            sobol = 1
            tpe = 0
            top = 1
            seeds = [0]
            """);
        Path run = folder.resolve("benchmark");
        unmute("benchmark", grid, "--out", run);
        assertThat(run.resolve("patch/scenes/gem/cell.json")).exists();
        assertThat(run.resolve("patch/scenes/best-k/cell.json"))
                .as("an option k does not make it a probe of neighbours")
                .exists();
        Path page = folder.resolve("report");
        unmute("report", run, "--out", page);
        assertThat(page).isNotEmptyDirectory();
    }

    /** Runs the launcher with an empty build and a java that prints its arguments. */
    private static Ran launch(Path tree, String classPath) throws Exception {
        Path home = Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(home.getParent().resolve("release"), "JAVA_VERSION=\"25\"\n");
        Path java = Files.writeString(home.resolve("java"), "#!/bin/sh\necho \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Path build = Files.createDirectories(tree.resolve("cli/target/builds/build-1"));
        Path launcher = tree.resolve("unmute");
        if (!Files.exists(launcher)) {
            Files.copy(Checkout.root().resolve("unmute"), launcher);
            Files.createFile(tree.resolve("pom.xml"));
            Files.createFile(build.resolve(".built"));
        }
        Files.writeString(build.resolveSibling("current"), "build-1\n");
        ProcessBuilder process = new ProcessBuilder(launcher.toString(), "doctor")
                .directory(tree.toFile())
                .redirectErrorStream(true);
        process.environment().put("UNMUTE_JAVA_HOME", home.getParent().toString());
        process.environment().put("UNMUTE_CLASSPATH", classPath);
        Process p = process.start();
        String printed = new String(p.getInputStream().readAllBytes());
        return new Ran(p.waitFor(), printed, "");
    }

    @Test
    void theLauncherPutsMoreJarsOnTheClassPath() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("tree"));
        Files.createFile(tree.resolve("my.jar"));
        Files.createDirectories(tree.resolve("a folder"));
        assertThat(launch(tree, "my.jar:a folder:" + jar + ":a folder/*:*")
                        .endsWith(0)
                        .out())
                .contains("cli/target/builds/build-1/*:my.jar:a folder:" + jar
                        + ":a folder/*:* org.unmute.cli.Main doctor");
    }

    /** Java silently ignores a missing jar, and the command would not know its encoders. */
    @Test
    void theLauncherSaysWhichJarIsNotThere() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("other tree"));
        Files.createFile(tree.resolve("my.jar"));
        for (String path :
                List.of("my.jar:gone.jar", "gone.jar", "gone.jar:my.jar", "my.jar:gone.jar/*", "my.jar::gone.jar")) {
            Ran ran = launch(tree, path).endsWith(ExitCode.INPUT);
            assertThat(ran.out())
                    .as(path)
                    .startsWith("unmute: UNMUTE_CLASSPATH names gone.jar")
                    .contains("which is not there or cannot be read in " + tree.toRealPath() + ": build the jar")
                    .doesNotContain("org.unmute.cli.Main");
        }
    }
}
