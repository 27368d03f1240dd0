//! Which addresses are inside: what a policy file names is called from the bot's own network, so an address of that network
//! could be reached that nobody outside can reach. One that is inside is called only where the policy says so by name.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is, if it isn't one of the public internet (IANA's registries of special-purpose addresses, RFC 6890).
pub fn inside(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => inside_v4(address),
        IpAddr::V6(address) => inside_v6(address),
    }
}

/// What the machine of an address is, as it is written there with or without a port, if it can only be inside. What other names lead to
/// shows when they are looked up.
pub fn inside_host(host: &str) -> Option<&'static str> {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    if let Ok(address) = name.parse::<IpAddr>() {
        return inside(address);
    }
    // RFC 6761, 6.3
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    (name == "localhost" || name.ends_with(".localhost")).then_some("this machine")
}

fn inside_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (0, _, _) => Some("this network"),
        (127, _, _) => Some("this machine"),
        (10, _, _) | (172, 16..=31, _) | (192, 168, _) => Some("a private network"),
        (169, 254, _) => Some("link-local"),
        (100, 64..=127, _) => Some("a provider's inner network"),
        (192, 0, 0) => Some("reserved for protocols"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => Some("for documentation"),
        (192, 88, 99) => Some("a relay"),
        (198, 18..=19, _) => Some("for benchmarks"),
        (224..=239, _, _) => Some("multicast"),
        (240..=255, _, _) => Some("reserved"),
        _ => None,
    }
}

fn inside_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    // An IPv4 address in other clothes is what it is underneath.
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("no address"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("this machine"),
        // Mapped (RFC 4291), compatible, and translated (RFC 6052) addresses.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            inside_v4(embedded(high, low))
        }
        [0x64, 0xff9b, 1, ..] => Some("a translator's own"),
        // 6to4 (RFC 3056)
        [0x2002, high, low, ..] => inside_v4(embedded(high, low)),
        // Teredo and the other protocols of 2001::/23, documentation (RFC 3849, RFC 9637)
        [0x2001, 0..=0x1ff, ..] => Some("reserved for protocols"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("for documentation"),
        [0xfc00..=0xfdff, ..] => Some("a private network"),
        [0xfe80..=0xfebf, ..] => Some("link-local"),
        [0xfec0..=0xfeff, ..] => Some("a site's own"),
        [0xff00..=0xffff, ..] => Some("multicast"),
        // Of the rest only 2000::/3 is given out.
        [0x2000..=0x3fff, ..] => None,
        _ => Some("reserved"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_as_it_is_written() {
        for host in ["127.0.0.1", "127.0.0.1:8443", "[::1]", "[::1]:8443", "localhost", "LocalHost:80", "a.localhost."]
        {
            assert!(inside_host(host).is_some(), "{host}");
        }
        for host in
            ["deploy.example.com", "deploy.example.com:8443", "localhost.example.com", "8.8.8.8", "[2606:4700::1]"]
        {
            assert_eq!(inside_host(host), None, "{host}");
        }
    }

    #[test]
    fn what_only_this_network_reaches_is_inside() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.2.9",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(inside(address.parse().expect(address)).is_some(), "{address}");
        }
    }

    #[test]
    fn what_everybody_reaches_is_not() {
        for address in [
            "1.1.1.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::",
        ] {
            assert_eq!(inside(address.parse().expect(address)), None, "{address}");
        }
    }
}
