package org.unmute.spark.task;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.unmute.tensor.backend.Backends;

/**
 * The backend of a JVM that runs tasks: opened once and shared by all concurrent tasks.
 *
 * <p>A task computes on its own thread; the backend's workers help one task at a time. With {@code slots} tasks of
 * {@code cpus} cores each there are {@code slots * (cpus - 1)} workers. The number of computing threads thus never
 * exceeds the executor's cores, and with one core for each task, no task waits for another.
 */
public final class ExecutorBackend {
    private static final String BACKEND = "unmute.backend";
    /** Not "auto": tokens of the scalar backend differ in their bits, and it is some hundred times slower. */
    private static final String DEFAULT = "vector";

    /**
     * Matches local, local[4], local[*] and local[4,2]. A local-cluster does not match: its executors are processes.
     */
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\s*\\d+)?])?");

    private static Backends.Choice open;

    private ExecutorBackend() {}

    /**
     * Makes this backend the current one of the JVM, unless it already is.
     *
     * @throws Backends.UnavailableException if the JVM lacks the module {@code jdk.incubator.vector}, which Spark's own
     *     scripts add
     */
    public static synchronized Backends.Choice use() {
        if (open == null) {
            open = Backends.open(
                    System.getProperty(BACKEND, DEFAULT), threads(SparkEnv.get().conf()));
        }
        if (Backends.choice() != open) {
            Backends.use(open);
        }
        return open;
    }

    /** Threads of the pool, including one that stands for the task's own thread. */
    static int threads(SparkConf conf) {
        int cpus = Math.max(1, conf.getInt("spark.task.cpus", 1));
        return 1 + (cpus - 1) * Math.max(1, cores(conf) / cpus);
    }

    /** Cores of this executor. A standalone worker gives all its cores if the application does not set a number. */
    private static int cores(SparkConf conf) {
        int all = Runtime.getRuntime().availableProcessors();
        Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
        if (!local.matches()) {
            return conf.getInt("spark.executor.cores", all);
        }
        String number = local.group(1);
        return number == null ? 1 : number.equals("*") ? all : Integer.parseInt(number);
    }
}
