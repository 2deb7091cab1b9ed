//! Tiny files in MaxMind's format (<https://maxmind.github.io/MaxMind-DB/>), for IPv4.

/// What follows an address.
pub enum Data {
    Text(&'static str),
    Map(&'static [(&'static str, Data)]),
}

/// Where the search stops because nothing is known.
const NOWHERE: usize = usize::MAX;

/// Returns a file that knows these networks: their first address, their length, and what is there.
pub fn mmdb(networks: &[([u8; 4], u8, Data)]) -> Vec<u8> {
    let mut nodes = vec![[NOWHERE; 2]];
    let mut data = Vec::new();
    let mut leaves = Vec::new();
    for (address, length, entry) in networks {
        let bits = u32::from_be_bytes(*address);
        let mut node = 0;
        for depth in 0..*length {
            let side = (bits >> (31 - depth)) as usize & 1;
            if depth + 1 == *length {
                leaves.push((node, side, data.len()));
            } else {
                if nodes[node][side] == NOWHERE {
                    nodes[node][side] = nodes.len();
                    nodes.push([NOWHERE; 2]);
                }
                node = nodes[node][side];
            }
        }
        push(entry, &mut data);
    }
    let count = nodes.len();
    for (node, side, offset) in leaves {
        nodes[node][side] = count + 16 + offset;
    }
    let mut file = Vec::new();
    for record in nodes.into_iter().flatten() {
        let record = if record == NOWHERE { count } else { record } as u32;
        file.extend_from_slice(&record.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    file.push(0b111_00000 | 9);
    for (name, number) in [
        ("binary_format_major_version", 2_u16),
        ("binary_format_minor_version", 0),
        ("ip_version", 4),
        ("record_size", 24),
    ] {
        push(&Data::Text(name), &mut file);
        file.push(0b101_00000 | 2);
        file.extend_from_slice(&number.to_be_bytes());
    }
    push(&Data::Text("node_count"), &mut file);
    file.push(0b110_00000 | 4);
    file.extend_from_slice(&(count as u32).to_be_bytes());
    push(&Data::Text("database_type"), &mut file);
    push(&Data::Text("test"), &mut file);
    push(&Data::Text("description"), &mut file);
    push(&Data::Map(&[]), &mut file);
    // An empty list, and zero in 64 bits: kinds beyond the seventh are told in a second byte.
    push(&Data::Text("languages"), &mut file);
    file.extend_from_slice(&[0, 4]);
    push(&Data::Text("build_epoch"), &mut file);
    file.extend_from_slice(&[0, 2]);
    file
}

fn push(data: &Data, bytes: &mut Vec<u8>) {
    match data {
        Data::Text(text) if text.len() < 29 => {
            bytes.push(0b010_00000 | text.len() as u8);
            bytes.extend_from_slice(text.as_bytes());
        }
        Data::Text(text) => {
            bytes.extend_from_slice(&[0b010_00000 | 29, (text.len() - 29) as u8]);
            bytes.extend_from_slice(text.as_bytes());
        }
        Data::Map(members) => {
            bytes.push(0b111_00000 | members.len() as u8);
            for (name, value) in *members {
                push(&Data::Text(name), bytes);
                push(value, bytes);
            }
        }
    }
}
