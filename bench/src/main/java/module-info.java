/**
 * Benchmarks. They run on the class path, since JMH forks JVMs; {@code ./unmute bench} and {@code bench/run} start
 * them.
 */
module org.unmute.bench {
    requires org.unmute.probes;
    // In the signatures of what the peers' module uses.
    requires transitive org.unmute.convert;
    requires jmh.core;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires jdk.incubator.vector;
    requires jdk.unsupported;
    requires java.management;

    // For the peers' module, which has large native libraries.
    exports org.unmute.bench.onnx;
    exports org.unmute.bench.peer;

    opens org.unmute.bench.table to
            info.picocli;
}
