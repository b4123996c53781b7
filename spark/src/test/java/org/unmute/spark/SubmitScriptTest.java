package org.unmute.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@code spark/submit} in a separate tree, with a Maven that writes empty jars and a java that prints its
 * arguments in the way Spark's launcher prints a command.
 */
class SubmitScriptTest {
    private static final String MAVEN = """
        #!/bin/sh
        echo "$*" >>"$TREE/maven.log"
        for argument; do
            case $argument in
                -Dunmute.lib=*) touch "${argument#*=}/unmute-spark.jar" "${argument#*=}/jlayer-1.jar" ;;
                -Dunmute.spark.jars=*)
                    [ ! -e "$TREE/broken" ] || exit 1
                    touch "${argument#*=}/spark-core_2.13-4.2.0.jar" "${argument#*=}/other.jar"
                    ;;
            esac
        done
        """;
    /**
     * As the launcher does: NUL and newline, then the words, each terminated by NUL. The command only prints its words.
     */
    private static final String JAVA = """
        #!/bin/sh
        while [ "$1" != org.apache.spark.launcher.Main ]; do shift; done
        shift
        printf 'noise\\n\\000\\nprintf\\000<%%s>\\\\n\\000'
        for word; do printf '%s\\000' "$word"; done
        """;

    private static final String SPARK_SUBMIT = """
        #!/bin/sh
        echo "listens on ${SPARK_LOCAL_IP:-all}"
        printf '<%s>\\n' "$@"
        """;

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell");
        tree = Files.createDirectories(folder.resolve("a tree"));
        for (String file : List.of("unmute", "spark/submit", "spark/home/pom.xml", "spark/home/log4j2.properties")) {
            Files.createDirectories(tree.resolve(file).getParent());
            Files.copy(root().resolve(file), tree.resolve(file));
        }
        Files.writeString(tree.resolve("pom.xml"), "<spark.version>4.2.0</spark.version>\n");
        Files.createDirectories(tree.resolve("spark/src/main"));
        Files.writeString(tree.resolve("spark/pom.xml"), "");
        Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        script("jdk/bin/java", JAVA);
        script("bin/mvn", MAVEN);
    }

    private static Path root() {
        Path at = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (!Files.exists(at.resolve("tensor/pom.xml"))) {
            at = at.getParent();
        }
        return at;
    }

    private void script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** A folder laid out like a Spark distribution of this version. */
    private String installed(String name, String version) throws IOException {
        script(name + "/bin/spark-submit", SPARK_SUBMIT);
        Files.createDirectories(folder.resolve(name + "/jars"));
        Files.createFile(folder.resolve(name + "/jars/spark-core_2.13-" + version + ".jar"));
        return folder.resolve(name).toString();
    }

    private String run(int status, String home, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(tree.resolve("spark/submit").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(key -> key.startsWith("SPARK_"));
        builder.environment().putAll(environment);
        builder.environment().put("TREE", tree.toString());
        builder.environment().put("UNMUTE_JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        if (home != null) {
            builder.environment().put("SPARK_HOME", home);
        }
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(text).isEqualTo(status);
        return text;
    }

    private Path builtJars() throws IOException {
        try (Stream<Path> builds = Files.list(tree.resolve("spark/target/builds"))) {
            return builds.filter(b -> b.getFileName().toString().startsWith("build-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private long timesLaidOut() throws IOException {
        return Files.readAllLines(tree.resolve("maven.log")).stream()
                .filter(line -> line.contains("-pl spark/home"))
                .count();
    }

    @Test
    void aJobBecomesItsClassAndTheJar() throws Exception {
        String said =
                run(0, installed("spark", "4.2.0"), "--master", "embed", "--verbose", "--conf=a=b", "embed", "-v");
        String jars = builtJars().toString();
        assertThat(said)
                .endsWith("<--master>\n<embed>\n<--verbose>\n<--conf=a=b>\n<--jars>\n<" + jars + "/jlayer-1.jar>\n"
                        + "<--class>\n<org.unmute.spark.Embed>\n<" + jars + "/unmute-spark.jar>\n<-v>\n");
        assertThat(run(0, installed("spark2", "4.3.1"), "benchmark", "grid.toml", "--jars"))
                .contains("<org.unmute.spark.Benchmark>\n")
                .endsWith("<grid.toml>\n<--jars>\n");
    }

    @Test
    void jarsOfTheUserStay() throws Exception {
        String home = installed("spark", "4.2.0");
        assertThat(run(0, home, "--jars", "a.jar,b.jar", "embed")).contains("<a.jar,b.jar," + builtJars());
        assertThat(run(0, home, "--jars=c.jar", "embed", "--jars", "d.jar")).contains("<c.jar," + builtJars());
        assertThat(run(0, home, "--class", "my.Job", "--jars", "a.jar", "my.jar", "embed"))
                .endsWith("<--class>\n<my.Job>\n<--jars>\n<a.jar>\n<my.jar>\n<embed>\n");
    }

    @Test
    void withoutAJobItSaysSo() throws Exception {
        assertThat(run(2, installed("spark", "4.2.0"), "--master", "local"))
                .contains("spark/submit: names no job: embed, benchmark or a jar");
        assertThat(run(0, null, "--help")).contains("spark/submit [OPTIONS OF spark-submit] embed");
        assertThat(tree.resolve("maven.log")).doesNotExist();
    }

    @Test
    void anOldSparkIsNotUsed() throws Exception {
        assertThat(run(1, installed("old", "4.1.1"), "embed"))
                .contains("SPARK_HOME is Spark 4.1.1, and Java 25 needs 4.2 or newer");
        String old = installed("older", "3.5.6");
        Files.createSymbolicLink(folder.resolve("bin/spark-submit"), Path.of(old, "bin/spark-submit"));
        assertThat(run(0, null, "embed", "a b"))
                .contains("the spark-submit on the PATH is of Spark 3.5.6")
                .endsWith("<a b>\n");
        assertThat(timesLaidOut()).isEqualTo(1);
    }

    @Test
    void theSparkOnThePathIsUsed() throws Exception {
        String home = installed("spark", "10.0.0");
        Files.createSymbolicLink(folder.resolve("bin/spark-submit"), Path.of(home, "bin/spark-submit"));
        assertThat(run(0, null, "embed", "x")).endsWith("<x>\n");
        assertThat(timesLaidOut()).isZero();
    }

    @Test
    void sparkIsLaidOutOnceAndAgainWhenAJarIsMissing() throws Exception {
        assertThat(run(0, null, "--home")).contains("laying out Spark 4.2.0");
        String home = run(0, null, "--home").strip();
        assertThat(home).contains("/spark/home/target/homes/spark-4.2.0-").doesNotContain("\n");
        assertThat(timesLaidOut()).isEqualTo(1);
        assertThat(Path.of(home, "conf/log4j2.properties")).exists();
        Files.delete(Path.of(home, "jars/other.jar"));
        assertThat(run(0, null, "--home")).contains("laying out").endsWith(home + "\n");
        assertThat(Path.of(home, "jars/other.jar")).exists();
        Files.writeString(tree.resolve("spark/home/pom.xml"), "<!-- other jars -->");
        Files.createFile(tree.resolve("broken"));
        assertThat(run(1, null, "--home")).contains("Spark could not be laid out");
        try (Stream<Path> homes = Files.list(tree.resolve("spark/home/target/homes"))) {
            assertThat(homes).containsExactly(Path.of(home));
        }
    }

    @Test
    void wordsPassSparksLauncherAsTheyAre() throws Exception {
        assertThat(run(0, null, "my.jar", "it's", "two words", "", "a\nb", "$HOME `id` \"q\" \\", "*"))
                .endsWith("<org.apache.spark.deploy.SparkSubmit>\n<my.jar>\n<it's>\n<two words>\n<>\n<a\nb>\n"
                        + "<$HOME `id` \"q\" \\>\n<*>\n");
        assertThat(run(0, null, "--start", "some.Class", "x")).endsWith("<some.Class>\n<x>\n");
    }

    @Test
    void aJobInOneJvmListensOnLoopback() throws Exception {
        String home = installed("spark", "4.2.0");
        String loopback = "listens on 127.0.0.1\n";
        assertThat(run(0, home, "embed")).contains(loopback);
        assertThat(run(0, home, "--master", "local[2]", "embed")).contains(loopback);
        assertThat(run(0, home, "--master=local", "my.jar")).contains(loopback);
        assertThat(run(0, home, "--conf", "spark.master=local[*]", "benchmark")).contains(loopback);
        String all = "listens on all\n";
        assertThat(run(0, home, "--master", "spark://node0:7077", "embed")).contains(all);
        assertThat(run(0, home, "--master=yarn", "embed")).contains(all);
        assertThat(run(0, home, "--conf=spark.master=k8s://https://x", "embed")).contains(all);
        assertThat(run(0, home, "--remote", "sc://x", "my.jar")).contains(all);
        String hint = "spark/submit: no --master: the job listens on 127.0.0.1 only";
        assertThat(run(0, home, "my.jar"))
                .as("an application may name a cluster in its code")
                .contains(loopback)
                .contains(hint);
        assertThat(run(0, home, "embed")).doesNotContain(hint);
        environment.put("MASTER", "spark://node0:7077");
        assertThat(run(0, home, "my.jar")).contains(all).doesNotContain(hint);
        environment.remove("MASTER");
        Path defaults = Files.createDirectories(Path.of(home, "conf")).resolve("spark-defaults.conf");
        Files.writeString(defaults, "# spark.master local\nspark.master    spark://node0:7077\n");
        assertThat(run(0, home, "embed")).contains(all);
        assertThat(run(0, home, "--master", "local", "embed")).contains(loopback);
        Path own = Files.writeString(folder.resolve("own.conf"), "spark.master=local[4]\n");
        assertThat(run(0, home, "--properties-file", own.toString(), "embed")).contains(loopback);
        environment.put("SPARK_LOCAL_IP", "10.0.0.7");
        assertThat(run(0, home, "--master", "local", "embed")).contains("listens on 10.0.0.7\n");
        assertThat(run(0, home, "my.jar")).contains("listens on 10.0.0.7\n").doesNotContain(hint);
    }
}
