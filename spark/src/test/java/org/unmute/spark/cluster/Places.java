package org.unmute.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build puts the parts of a cluster. */
final class Places {
    private Places() {}

    /** The root of the source tree. */
    static Path root() {
        Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        while (!Files.exists(folder.resolve("tensor/pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** A Spark home: a folder with Spark's jars in {@code jars}. */
    static Path sparkHome() {
        return built("spark/home/target/jars", "spark/home").getParent();
    }

    /** The jars of the HDFS and S3 servers. */
    static Path serverJars() {
        return built("spark/servers/target/jars", "spark/servers");
    }

    /** The application jar for spark-submit. */
    static Path applicationJar() {
        return built("spark/target/lib/unmute-spark.jar", "spark");
    }

    private static Path built(String file, String module) {
        Path path = root().resolve(file);
        assertThat(path)
                .as("what the module %s builds: mvn -Pspark -pl %s -am -DskipTests package", module, module)
                .exists();
        return path;
    }

    /** The folder or jar that contains a class. */
    static Path classesOf(Class<?> type) throws IOException {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
