package org.unmute.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in docs/metrics.md compiles with this module alone, and prints what the page says. */
class DocumentedMetricsTest {
    @Test
    void theProgramOfThePageRuns(@TempDir Path folder) throws Exception {
        Path here = Path.of(Ranking.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Matcher block = Pattern.compile(
                        "```java\\R(.*?)```\\R\\R```text\\R(.*?)```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(here.resolve("../../../docs/metrics.md")));
        assertThat(block.find()).isTrue();
        String out = "public static java.io.PrintStream OUT;\n";
        Path source = Files.writeString(
                folder.resolve("ScoreClips.java"),
                block.group(1)
                        .replace("System.out", "OUT")
                        .replace("class ScoreClips {\n", "class ScoreClips {\n" + out));
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        String[] javac = {"-Xlint:all", "-Werror", "-cp", here.toString(), "-d", folder.toString(), source.toString()};
        assertThat(ToolProvider.findFirst("javac").orElseThrow().run(to, to, javac))
                .as(said.toString())
                .isZero();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> program = loader.loadClass("ScoreClips");
            program.getField("OUT").set(null, new PrintStream(printed, true, StandardCharsets.UTF_8));
            program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualTo(block.group(2));
    }
}
