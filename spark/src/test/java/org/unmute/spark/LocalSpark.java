package org.unmute.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Spark within a test's JVM: two concurrent tasks, no web pages, only the loopback interface. All tests of the JVM
 * share it, since starting it takes seconds; it ends with the JVM.
 */
public final class LocalSpark {
    private final SparkSession session;

    /** Starts Spark, or joins the session that another test started in this JVM. Uses Kryo, since many clusters do. */
    public LocalSpark() {
        session = SparkSession.builder()
                .master("local[2]")
                .appName("test")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .getOrCreate();
    }

    public SparkSession session() {
        return session;
    }

    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }
}
