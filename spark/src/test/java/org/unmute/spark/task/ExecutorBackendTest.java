package org.unmute.spark.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorBackendTest {
    /** The threads of tasks, one each, and the workers together never exceed the cores of the executor. */
    @ParameterizedTest
    @CsvSource({
        "spark://h:7077, 8, 1, 1",
        "spark://h:7077, 8, 8, 8",
        "spark://h:7077, 8, 4, 7",
        "spark://h:7077, 8, 2, 5",
        "spark://h:7077, 1, 1, 1",
        "spark://h:7077, 2, 4, 4",
        "yarn, 6, 3, 5",
        "local, 16, 1, 1",
        "local[4], 16, 2, 3",
        "'local[4,2]', 16, 4, 4",
        "'local-cluster[2,4,1024]', 4, 2, 3"
    })
    void threads(String master, int cores, int cpus, int expected) {
        SparkConf conf = new SparkConf(false)
                .set("spark.master", master)
                .set("spark.executor.cores", Integer.toString(cores))
                .set("spark.task.cpus", Integer.toString(cpus));
        assertThat(ExecutorBackend.threads(conf)).isEqualTo(expected);
    }
}
