package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.Checkout;
import org.unmute.kernels.contract.FullBuild;

/** What can be checked of the downloads and of the bundle for Maven Central without making them. */
class DistributionTest {
    private static final Pattern LABEL = Pattern.compile("^:(\\w+)$");
    private static final Pattern GOTO = Pattern.compile("\\bgoto (\\w+)$");
    /** A variable whose value may have spaces, outside of quotes and of "set". */
    private static final Pattern VARIABLE = Pattern.compile("%(here|java|path_of_classes)%");

    private static List<String> cmd() throws IOException {
        return Files.readAllLines(Checkout.root().resolve("cli/src/launcher/unmute.cmd")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("rem"))
                .toList();
    }

    private static Set<String> groups(Pattern pattern) throws IOException {
        return cmd().stream()
                .flatMap(line -> pattern.matcher(line).results())
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theLauncherForWindowsJumpsToLabelsThatAreThere() throws Exception {
        assertThat(groups(GOTO)).isEqualTo(groups(LABEL));
        // A label is reached only by a jump: the line before it leaves.
        List<String> lines = cmd();
        for (int i = 1; i < lines.size(); i++) {
            if (LABEL.matcher(lines.get(i)).matches()) {
                assertThat(lines.get(i - 1)).as("before " + lines.get(i)).matches("goto \\w+|exit /b .*");
            }
        }
        assertThat(lines.getLast()).isEqualTo("exit /b %errorlevel%");
    }

    @Test
    void theLauncherForWindowsQuotesPaths() throws Exception {
        for (String line : cmd()) {
            assertThat(line.chars().filter(c -> c == '"').count() % 2).as(line).isZero();
            if (!line.contains(" echo ")) {
                // Blocks would end at the parenthesis of "Program Files (x86)".
                assertThat(line.replaceAll("for %%c in \\([a-z ]*\\)", ""))
                        .as(line)
                        .doesNotContain("(", ")");
            }
            for (MatchResult found : VARIABLE.matcher(line).results().toList()) {
                long quotes = line.substring(0, found.start())
                        .chars()
                        .filter(c -> c == '"')
                        .count();
                assertThat(quotes % 2).as(found.group() + " in " + line).isOne();
            }
        }
        List<String> java = cmd().stream().filter(line -> line.endsWith(" %*")).toList();
        assertThat(java).hasSize(2).allMatch(line -> line.contains("org.unmute.cli.Main"));
        String launcher = Files.readString(Checkout.root().resolve("cli/src/launcher/unmute"));
        String commands = Pattern.compile("for %%c in \\(([a-z ]*)\\)")
                .matcher(String.join("\n", cmd()))
                .results()
                .map(found -> found.group(1).replace(" ", " | "))
                .findFirst()
                .orElseThrow();
        assertThat(launcher).contains(commands + ") kernels=");
    }

    @Test
    void allVersionsAreOne() throws Exception {
        Pattern version = Pattern.compile("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
        Set<String> versions = new TreeSet<>();
        for (Pom pom : Pom.all()) {
            Pattern.compile("<artifactId>unmute[\\w-]*</artifactId>\\s*<version>(" + version.pattern() + ")</version>")
                    .matcher(Files.readString(Checkout.root().resolve(pom.file())))
                    .results()
                    .forEach(found -> versions.add(found.group(1)));
        }
        assertThat(versions).hasSize(1);
        for (String page : List.of("README.md", "docs/embedding.md", "docs/gpu.md")) {
            Pattern.compile("<version>(" + version.pattern() + ")</version>")
                    .matcher(Files.readString(Checkout.root().resolve(page)))
                    .results()
                    .forEach(found -> assertThat(found.group(1))
                            .as(page)
                            .isEqualTo(versions.iterator().next()));
        }
    }

    @Test
    @FullBuild("starts a virtual machine")
    void theCheckOfTheBundleFindsFaults(@TempDir Path folder) throws Exception {
        String metadata = """
            <name>Unmute</name><description>A part.</description>
            """;
        artifact(folder, "unmute", metadata + """
            <packaging>pom</packaging><url>https://unmute.invalid</url>
            <licenses><license><name>Apache-2.0</name><url>https://www.apache.org</url></license></licenses>
            <developers><developer><name>The Unmute authors</name></developer></developers>
            <scm><connection>scm:git:a</connection><url>https://unmute.invalid</url></scm>
            """, false);
        String parent =
                "<parent><groupId>org.unmute</groupId><artifactId>unmute</artifactId><version>1</version></parent>";
        artifact(folder, "unmute-probes", parent + metadata + "<dependencies></dependencies>", true);
        artifact(folder, "unmute-bom", parent + metadata + """
            <packaging>pom</packaging><dependencyManagement><dependencies><dependency><groupId>org.unmute</groupId>
            <artifactId>unmute-probes</artifactId><version>1</version></dependency></dependencies></dependencyManagement>
            """, false);
        Process check = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Checkout.root().resolve(".ci/CheckBundle.java").toString(),
                        "--faults",
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes());
        assertThat(check.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.startsWith("bundle: found: ")))
                .hasSize(5);
    }

    private static void artifact(Path folder, String id, String content, boolean hasJars) throws Exception {
        Path place = Files.createDirectories(folder.resolve("org/unmute/" + id + "/1"));
        write(
                place.resolve(id + "-1.pom"),
                ("<project><artifactId>" + id + "</artifactId><version>1</version>" + content + "</project>")
                        .getBytes());
        for (String end : hasJars ? List.of("", "-sources", "-javadoc") : List.<String>of()) {
            Path jar = place.resolve(id + "-1" + end + ".jar");
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
                zip.putNextEntry(new ZipEntry("META-INF/LICENSE"));
                zip.putNextEntry(new ZipEntry("META-INF/NOTICE"));
            }
            write(jar, Files.readAllBytes(jar));
        }
    }

    private static void write(Path file, byte[] bytes) throws Exception {
        Files.write(file, bytes);
        Files.writeString(Path.of(file + ".asc"), "signature");
        for (String algorithm : List.of("MD5", "SHA-1")) {
            Files.writeString(
                    Path.of(file + "." + algorithm.toLowerCase().replace("-", "")),
                    HexFormat.of()
                            .formatHex(MessageDigest.getInstance(algorithm).digest(bytes)));
        }
    }
}
