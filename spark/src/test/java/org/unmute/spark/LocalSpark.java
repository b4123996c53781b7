package org.unmute.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Spark within a test's JVM: two concurrent tasks, no web pages, only the loopback interface. */
public final class LocalSpark implements AutoCloseable {
    private final SparkSession session;

    /** Starts Spark, or joins a session that another test left in this JVM. Uses Kryo, since many clusters do. */
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

    @Override
    public void close() {
        session.stop();
    }
}
