package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/** The program in docs/spark.md, as it stands there. */
class DocumentedProgramTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");

    @TempDir
    private static Path folder;

    private static String page;

    @BeforeAll
    static void compile() throws Exception {
        page = Files.readString(ROOT.resolve("docs/spark.md"));
        Matcher block = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL).matcher(page);
        assertThat(block.find()).isTrue();
        Path source = Files.writeString(folder.resolve("TagClips.java"), block.group(1));
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String[] javac = {
            "-Xlint:all,-classfile,-path,-processing",
            "-Werror",
            "-proc:none",
            "-cp",
            path,
            "-d",
            folder.toString(),
            source.toString()
        };
        assertThat(ToolProvider.findFirst("javac").orElseThrow().run(to, to, javac))
                .as(said.toString())
                .isZero();
    }

    @Test
    void theCoordinatesAreThoseOfTheBuild() throws Exception {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        for (String tag : List.of("version", "spark.version")) {
            Matcher version = Pattern.compile("<" + tag + ">([^<]+)<").matcher(pom);
            assertThat(version.find()).isTrue();
            assertThat(page).contains("<version>" + version.group(1) + "</version>");
        }
    }

    @Test
    @FullBuild("runs Spark")
    void theProgramRuns() throws Exception {
        LocalSpark spark = new LocalSpark();
        Path audio = SmallRecordings.write(folder.resolve("audio"));
        String table = folder.resolve("clips.parquet").toString();
        spark.session()
                .createDataset(List.of(audio.resolve("a.wav").toString()), Encoders.STRING())
                .toDF("path")
                .write()
                .parquet(table);
        Path probe = SmallProbe.write(folder.resolve("probe.safetensors"), "protobin");
        String out = folder.resolve("out").toString();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            loader.loadClass("TagClips").getMethod("main", String[].class).invoke(null, (Object)
                    new String[] {table, "embedded", probe.toString(), out});
        }
        for (String result : List.of("vectors", "scores", "events")) {
            assertThat(spark.session().read().parquet(out + "/" + result).columns())
                    .contains("path");
        }
        assertThat(spark.session().read().parquet(out + "/scores").count()).isEqualTo(1);
    }
}
