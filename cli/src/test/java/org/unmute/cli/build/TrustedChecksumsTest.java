package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.Checkout;
import org.unmute.kernels.contract.FullBuild;

/**
 * Maven refuses artifacts that differ from {@code .mvn/checksums}, even if they are already in the local repository.
 */
@FullBuild("runs Maven")
class TrustedChecksumsTest {
    /** A plugin that even {@code mvn validate} resolves. */
    private static final String PLUGIN = "/maven-toolchains-plugin-";

    @TempDir
    private static Path folder;

    private record Result(int status, String output) {}

    @BeforeAll
    static void mavenChecks() throws Exception {
        String version;
        try {
            version = run("mvn", "-v").output();
        } catch (IOException e) {
            version = "";
        }
        assumeTrue(
                version.matches("(?s).*Apache Maven (3\\.9|[4-9]).*"),
                "needs Maven 3.9 or newer on the PATH, older ones do not check: " + version);
    }

    private static Result run(String... command) throws Exception {
        Path out = Files.createTempFile(folder, "maven", ".log");
        Process maven = new ProcessBuilder(command)
                .directory(Checkout.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(maven.waitFor(5, TimeUnit.MINUTES)).as("it ends").isTrue();
        } finally {
            maven.destroyForcibly();
        }
        return new Result(maven.exitValue(), Files.readString(out));
    }

    /** Runs Maven with a modified list of checksums. */
    private static Result validate(UnaryOperator<List<String>> change) throws Exception {
        Path list = Path.of(".mvn/checksums/checksums.sha256");
        Path changed = Files.createTempDirectory(folder, "checksums");
        Files.write(
                changed.resolve(list.getFileName()),
                change.apply(Files.readAllLines(Checkout.root().resolve(list))));
        String local = System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository");
        return run(
                "mvn",
                "-o",
                "-B",
                "-N",
                "validate",
                "-Dmaven.repo.local=" + local,
                "-Daether.trustedChecksumsSource.summaryFile.basedir=" + changed);
    }

    @Test
    void aBuildWithTheRecordedFilesPasses() throws Exception {
        Result result = validate(lines -> lines);
        assertThat(result.status()).as(result.output()).isZero();
    }

    @Test
    void aFileWithAnotherChecksumIsRefused() throws Exception {
        Result result = validate(lines -> lines.stream()
                .map(line ->
                        line.contains(PLUGIN) && line.endsWith(".jar") ? "0".repeat(64) + line.substring(64) : line)
                .toList());
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output()).contains("maven-toolchains-plugin", "trusted checksum mismatch", "0".repeat(64));
    }

    @Test
    void aFileThatIsNotListedIsRefused() throws Exception {
        Result result = validate(
                lines -> lines.stream().filter(line -> !line.contains(PLUGIN)).toList());
        assertThat(result.status()).as(result.output()).isEqualTo(1);
        assertThat(result.output()).contains("maven-toolchains-plugin", "Missing from summaryFile trusted checksum");
    }
}
