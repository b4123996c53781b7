module example.app {
    requires org.unmute.probes;
}
