package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/**
 * The program of {@code docs/examples/packaging} on the class path, on the module path, in one jar and in an image of
 * {@code jlink}: each finds the vector backend, or its warning names what was forgotten, in the words of
 * docs/embedding.md.
 */
@FullBuild("runs Maven, jlink and virtual machines")
class PackagingTest {
    private static final String FOUND = "backend vector: ";
    private static final List<String> FLAG = List.of("--add-modules", "jdk.incubator.vector");
    private static final String MAIN = "example.app.WhichBackend";

    @TempDir
    private static Path folder;

    private static Path target;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(PluginEndToEndTest.mavenVersion(folder) >= 309, "needs Maven 3.9 or newer on the PATH");
        Path project = folder.resolve("app");
        PluginEndToEndTest.copy(Checkout.root().resolve("docs/examples/packaging"), project);
        Path repository = folder.resolve("repository");
        for (String module : List.of("", "kernels", "files", "tensor", "kernels/vector", "audio", "models", "probes")) {
            PluginEndToEndTest.install(repository, module);
        }
        assertThat(PluginEndToEndTest.maven(folder, project, repository).status())
                .isZero();
        target = project.resolve("target");
    }

    private static String java(Path java, List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(options);
        command.addAll(List.of(arguments));
        Ran ran = PluginEndToEndTest.run(folder, folder, command.toArray(String[]::new));
        assertThat(ran.status()).as(ran.toString()).isZero();
        return ran.out();
    }

    private static Path tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name);
    }

    private static String path(String... entries) {
        List<String> all = new ArrayList<>();
        for (String entry : entries) {
            all.add(target.resolve(entry).toString());
        }
        return String.join(File.pathSeparator, all);
    }

    private static void isDocumented(String printed, String remedy) throws Exception {
        assertThat(printed).contains("backend scalar").contains(remedy);
        assertThat(Files.readString(Checkout.root().resolve("docs/embedding.md")))
                .contains(remedy);
    }

    @Test
    void onTheClassPathItNeedsTheFlag() throws Exception {
        assertThat(java(tool("java"), FLAG, "-cp", path("app-1.jar", "lib/*"), MAIN))
                .contains(FOUND);
        isDocumented(
                java(tool("java"), List.of(), "-cp", path("app-1.jar", "lib/*"), MAIN),
                "pass --add-modules jdk.incubator.vector to java");
    }

    @Test
    void onTheModulePathItNeedsNothing() throws Exception {
        assertThat(java(tool("java"), List.of(), "-p", path("app-1.jar", "lib"), "-m", "example.app/" + MAIN))
                .contains(FOUND);
    }

    @Test
    void inOneJarItNeedsServicesToBeMerged() throws Exception {
        assertThat(java(tool("java"), FLAG, "-jar", path("app-all.jar"))).contains(FOUND);
        isDocumented(
                java(tool("java"), FLAG, "-cp", path("app-careless.jar"), MAIN),
                "merge the files of META-INF/services where jars are packed into one"
                        + " (maven-shade-plugin: ServicesResourceTransformer)");
    }

    /** The line of the page, as it stands there, with the names of the example in place of the reader's. */
    @Test
    void inAnImageItNeedsTheVectorModule() throws Exception {
        Matcher line = Pattern.compile("`jlink -p app\\.jar:lib --add-modules your\\.app(\\S*) --output image`")
                .matcher(Files.readString(Checkout.root().resolve("docs/embedding.md")));
        assertThat(line.find()).isTrue();
        assertThat(image("recommended", "example.app" + line.group(1))).contains(FOUND);
        isDocumented(
                image("careless", "example.app"),
                "give jlink --add-modules org.unmute.kernels.vector, next to your own module");
    }

    private static String image(String name, String modules) throws Exception {
        Path image = folder.resolve(name);
        java(
                tool("jlink"),
                List.of("-p", path("app-1.jar", "lib"), "--add-modules", modules, "--output", image.toString()));
        return java(image.resolve("bin/java"), List.of(), "-m", "example.app/" + MAIN);
    }
}
