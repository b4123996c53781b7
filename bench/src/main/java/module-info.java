/** JMH benchmarks. They run on the class path (JMH forks JVMs of its own); {@code bench/run} starts them. */
module org.unmute.bench {
    requires org.unmute.probes;
    requires jmh.core;
    requires ejml.fdense;
    requires ejml.core;
    requires jdk.unsupported;
    requires java.management;
}
