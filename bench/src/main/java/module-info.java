/** Benchmarks. */
module org.unmute.bench {
    requires org.unmute.probes;
}
