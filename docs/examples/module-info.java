module example {
    requires org.unmute.probes;
}
